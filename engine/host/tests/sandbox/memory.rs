//! The initial memory of a guest, laid out as the canonical ABI reads it.

/// Where laid out data begins; what lies below is the guest's own scratch space.
const BASE: u32 = 4096;

/// Strings and records end to end.
pub struct Memory(Vec<u8>);

/// A record being written, four bytes at a time.
pub type Words = Vec<u32>;

impl Memory {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Puts bytes at a multiple of eight.
    pub fn put(&mut self, bytes: &[u8]) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(8), 0);
        let address = BASE + self.0.len() as u32;
        self.0.extend(bytes);
        address
    }

    pub fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(&bytes)
    }

    /// Pointer and length.
    pub fn string(&mut self, text: &[u8]) -> [u32; 2] {
        [self.put(text), text.len() as u32]
    }

    /// The data segment.
    pub fn segment(&self) -> String {
        let bytes: String = self.0.iter().map(|byte| format!("\\{byte:02x}")).collect();
        format!("(data (i32.const {BASE}) \"{bytes}\")")
    }

    /// `info` of `identity`.
    pub fn info(&mut self, info: &Info) -> u32 {
        let mut words = Words::new();
        words.extend(self.string(info.name.as_bytes()));
        words.extend(self.string(b"1.0.0"));
        words.extend(self.string(b"Made by hand"));
        words.extend([0, 0, 0, 0, 0, 0]);
        words.push(info.database);
        let mut directories = Words::new();
        for (name, write) in info.directories {
            directories.extend(self.string(name.as_bytes()));
            directories.push(u32::from(*write));
        }
        words.extend([self.words(&directories), info.directories.len() as u32]);
        words.push(u32::from(info.backup));
        let secrets: Words = info.secrets.iter().flat_map(|name| self.string(name.as_bytes())).collect();
        words.extend([self.words(&secrets), info.secrets.len() as u32]);
        match info.extra {
            Some(extra) => {
                words.push(1);
                words.extend(self.string(extra.as_bytes()));
            }
            None => words.extend([0, 0, 0]),
        }
        self.words(&words)
    }

    /// A list of one `rule-info`, behind the pointer that `list-rules` returns.
    pub fn rules(&mut self, ids: &[&str]) -> u32 {
        let mut words = Words::new();
        for id in ids {
            words.extend(self.string(id.as_bytes()));
            words.push(0);
            for text in ["A rule", "Documentation", "naming"] {
                words.extend(self.string(text.as_bytes()));
            }
            // Severity 1 (warning), on by default, reads the columns.
            words.push(1 | 1 << 8 | 1 << 16);
            words.extend([0, 0]);
        }
        let list = self.words(&words);
        self.words(&[list, ids.len() as u32])
    }

    /// One `finding`.
    pub fn finding(&mut self, rule: &str, message: &[u8]) -> Words {
        let mut words = Words::new();
        words.extend(self.string(rule.as_bytes()));
        // A table `shop.orders`.
        words.push(1);
        words.push(1);
        words.extend(self.string(b"shop"));
        words.extend([0, 0, 0]);
        words.extend(self.string(b"orders"));
        words.extend(self.string(message));
        words.extend([0; 18]);
        words
    }

    /// `ok` with a list of findings, behind the pointer that `check-schema` returns.
    pub fn findings(&mut self, findings: &[Words]) -> u32 {
        let list = self.words(&findings.concat());
        self.words(&[0, list, findings.len() as u32])
    }
}

/// What `describe` says.
pub struct Info {
    pub name: &'static str,
    /// 0 none, 1 read, 2 write.
    pub database: u32,
    pub directories: &'static [(&'static str, bool)],
    pub backup: bool,
    pub secrets: &'static [&'static str],
    pub extra: Option<&'static str>,
}

impl Default for Info {
    fn default() -> Self {
        Self { name: "test:guest", database: 0, directories: &[], backup: false, secrets: &[], extra: None }
    }
}
