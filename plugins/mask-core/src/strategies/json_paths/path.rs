//! A path into a JSON document.

/// A path.
pub struct Path {
    steps: Vec<Step>,
}

#[derive(PartialEq)]
enum Step {
    Key(String),
    AnyKey,
    Index(usize),
    AnyIndex,
    /// A member of that name at any depth.
    Deep(String),
}

/// Where a scan is.
#[derive(Debug)]
pub enum Place {
    Key(String),
    Index(usize),
}

impl Path {
    /// Reads `$.a.b`, `$.a[0]`, `$.a[*]`, `$['a b']`, `$.*`, `$..a`; none for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix("[*]") {
                steps.push(Step::AnyIndex);
                rest = behind;
            } else if let Some(behind) = rest.strip_prefix("['") {
                let (key, behind) = behind.split_once("']")?;
                steps.push(Step::Key(key.to_owned()));
                rest = behind;
            } else if let Some(behind) = rest.strip_prefix('[') {
                let (index, behind) = behind.split_once(']')?;
                steps.push(Step::Index(index.parse().ok()?));
                rest = behind;
            } else {
                let (deep, behind) = match rest.strip_prefix("..") {
                    Some(behind) => (true, behind),
                    None => (false, rest.strip_prefix('.')?),
                };
                let (key, behind) = behind.split_at(behind.find(['.', '[']).unwrap_or(behind.len()));
                match (key, deep) {
                    ("", _) => return None,
                    ("*", false) => steps.push(Step::AnyKey),
                    (_, true) => steps.push(Step::Deep(key.to_owned())),
                    (_, false) => steps.push(Step::Key(key.to_owned())),
                }
                rest = behind;
            }
        }
        Some(Self { steps })
    }

    /// Whether it leads to a place.
    pub fn leads_to(&self, place: &[Place]) -> bool {
        leads(&self.steps, place)
    }
}

fn leads(steps: &[Step], place: &[Place]) -> bool {
    let Some((step, steps)) = steps.split_first() else { return place.is_empty() };
    if let Step::Deep(name) = step {
        let is_named = |at: &usize| matches!(&place[*at], Place::Key(key) if key == name);
        return (0..place.len()).filter(is_named).any(|at| leads(steps, &place[at + 1..]));
    }
    let Some((here, place)) = place.split_first() else { return false };
    let fits = match (step, here) {
        (Step::Key(name), Place::Key(key)) => name == key,
        (Step::Index(number), Place::Index(index)) => number == index,
        (Step::AnyKey, Place::Key(_)) | (Step::AnyIndex, Place::Index(_)) => true,
        _ => false,
    };
    fits && leads(steps, place)
}
