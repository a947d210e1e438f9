//! What names, types and comments of columns say of people.

use crate::case::words;
use confiture_sdk::catalog::Column;
use schemars::JsonSchema;
use serde::Deserialize;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// What a personal value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// E-mail addresses.
    Email,
    /// Phone and fax numbers.
    Phone,
    /// Names of people, and those they log in with.
    Name,
    /// Where they live.
    Address,
    /// When they were born.
    BirthDate,
    /// Numbers that a state gave them.
    NationalId,
    /// Cards and bank accounts.
    Payment,
    /// IP addresses.
    NetworkAddress,
    /// Health, religion, origin and the like.
    Health,
    /// What a comment calls personal.
    Declared,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::Phone,
        Self::Name,
        Self::Address,
        Self::BirthDate,
        Self::NationalId,
        Self::Payment,
        Self::NetworkAddress,
        Self::Health,
        Self::Declared,
    ];

    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "an e-mail address",
            Self::Phone => "a phone number",
            Self::Name => "the name of a person",
            Self::Address => "the address of a person",
            Self::BirthDate => "a date of birth",
            Self::NationalId => "a national number",
            Self::Payment => "the number of a card or account",
            Self::NetworkAddress => "a network address",
            Self::Health => "a personal trait",
            Self::Declared => "personal data",
        }
    }

    /// Whether a column of this type can hold it.
    fn fits(self, holds: Holds) -> bool {
        match self {
            Self::Phone | Self::NationalId | Self::Payment => matches!(holds, Holds::Text | Holds::Number),
            Self::BirthDate => matches!(holds, Holds::Text | Holds::Date),
            Self::NetworkAddress => matches!(holds, Holds::Text | Holds::Network),
            _ => holds == Holds::Text,
        }
    }
}

/// Why a column looks personal.
pub struct Sign {
    /// What it points to.
    pub kind: Kind,
    /// In words.
    pub reason: String,
}

/// Phrases that mean one thing, by what they mean.
const PHRASES: &[(Kind, &str)] = &[
    (
        Kind::Email,
        "email|e mail|email address|emailadresse|courriel|correo|correo electronico|mail address|email to|email from|email cc|\
         email bcc",
    ),
    (
        Kind::Phone,
        "phone|telephone|mobile|phone number|telephone number|mobile number|mobile phone|cellphone|cell phone|fax|fax number|\
         msisdn|telefon|telefonnummer|mobilnummer|telefono|movil",
    ),
    (
        Kind::Name,
        "first name|firstname|given name|middle name|last name|lastname|surname|family name|maiden name|full name|fullname|\
         real name|contact name|customer name|employee name|patient name|person name|recipient name|cardholder|\
         cardholder name|username|user name|login name|vorname|nachname|familienname|geburtsname|prenom|nom de famille|\
         apellido|apellidos",
    ),
    (
        Kind::Address,
        "street|street name|street address|address line|address line1|address line2|address line 1|address line 2|\
         home address|postal address|billing address|shipping address|ship address|house number|postcode|postal code|\
         zip code|zipcode|strasse|hausnummer|postleitzahl|plz|anschrift|code postal|codigo postal|domicilio",
    ),
    (
        Kind::BirthDate,
        "birth date|birthdate|date of birth|dob|birthday|birth day|born on|geburtsdatum|geburtstag|date naissance|\
         date de naissance|fecha nacimiento|fecha de nacimiento",
    ),
    (
        Kind::NationalId,
        "ssn|social security number|national id|national insurance number|passport number|passport|tax id|drivers license|\
         driver license|driving licence|steuernummer|sozialversicherungsnummer|personalausweis|numero securite sociale|dni|\
         nif",
    ),
    (
        Kind::Payment,
        "iban|bic iban|card number|credit card|credit card number|cvv|cvc|bank account|bank account number|kontonummer|\
         numero compte|numero cuenta",
    ),
    (
        Kind::NetworkAddress,
        "ip|ip address|ip addr|remote addr|remote ip|client ip|last ip|user ip|mac address|adresse ip",
    ),
    (
        Kind::Health,
        "gender|sex|religion|ethnicity|marital status|blood type|diagnosis|disability|sexual orientation|nationality|\
         geschlecht|familienstand|konfession",
    ),
];

/// [`PHRASES`] by phrase: a large schema asks for hundreds of thousands.
static MEANINGS: LazyLock<HashMap<&str, Kind>> = LazyLock::new(|| {
    let phrases = PHRASES.iter().flat_map(|(kind, phrases)| phrases.split('|').map(|phrase| (phrase, *kind)));
    phrases.collect()
});

/// The last words of all phrases: most names end with none of them.
static ENDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| MEANINGS.keys().filter_map(|phrase| phrase.rsplit(' ').next()).collect());

/// In front of a phrase: whose it is. `contact_email` is an e-mail address, `max_email` is not.
const OWNERS: &str = "user|customer|client|contact|employee|person|personal|private|home|work|business|billing|shipping|\
                      delivery|ship|invoice|owner|author|sender|recipient|from|to|cc|reply|primary|secondary|main|other|\
                      alternate|new|old|pending|verified|unconfirmed|account|admin|member|guest|patient|emergency|last|\
                      current|sign|created|registration|signup|login|support|company|office|mobile|kunden|privat|firma";

/// Tables whose rows are people.
const PEOPLE: &str = "user|users|customer|customers|client|clients|person|persons|people|employee|employees|patient|patients|\
                      member|members|contact|contacts|student|students|teacher|teachers|author|authors|subscriber|subscribers|\
                      applicant|applicants|guest|guests|kunde|kunden|mitarbeiter|benutzer|personen|utilisateurs|personnes|\
                      usuarios|clientes|empleados";

/// What comments call it.
const DECLARED: &str = "pii|gdpr|rgpd|dsgvo|personal data|personally identifiable|personenbezogen|personenbezogene|donnees \
                        personnelles|datos personales";

/// Some of which is in each of [`DECLARED`].
const DECLARED_STEMS: [&str; 6] = ["pii", "gdpr", "rgpd", "dsgvo", "person", "datos"];

/// Why a column looks personal; none where it does not.
pub fn sign(column: &Column, table: &str) -> Option<Sign> {
    let holds = Holds::of(&column.type_name);
    let words = words(&column.name);
    by_name(&words, table, holds).or_else(|| of_people(&words, table, holds)).or_else(|| by_comment(column))
}

/// The whole name is the phrase, but for whose it is, and a number behind.
fn by_name(words: &[Cow<'_, str>], table: &str, holds: Holds) -> Option<Sign> {
    let last = words.last()?;
    let numberless = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut all: Vec<&str> = words.iter().map(|word| &**word).collect();
    if numberless.is_empty() {
        all.pop();
    } else if let Some(last) = all.last_mut() {
        *last = numberless;
    }
    if !all.last().is_some_and(|end| ENDS.contains(end)) {
        return None;
    }
    let is_list = |kind: Kind| kind == Kind::Name && words_of_nobody(table);
    let owned = |start: usize| all[..start].iter().all(|word| is_in(OWNERS, word));
    (0..all.len()).find_map(|start| {
        let phrase = all[start..].join(" ");
        let kind = *MEANINGS.get(phrase.as_str())?;
        (kind.fits(holds) && owned(start) && !is_list(kind))
            .then(|| Sign { kind, reason: format!("its name says `{phrase}`") })
    })
}

/// Names that nobody may have are nobody's: of `reserved_usernames`.
fn words_of_nobody(table: &str) -> bool {
    words(table).first().is_some_and(|word| is_in("reserved|forbidden|disallowed", word))
}

/// What means something else of a product or a server.
fn of_people(columns: &[Cow<'_, str>], table: &str, holds: Holds) -> Option<Sign> {
    let [word] = columns else { return None };
    let kind = match word {
        word if is_in("name|nom|nombre", word) => Kind::Name,
        word if is_in("address|adresse|direccion", word) => Kind::Address,
        _ => return None,
    };
    let of_people = words(table).last().is_some_and(|word| is_in(PEOPLE, word));
    let reason = || format!("it is the {word} of a row of {table}");
    (of_people && holds == Holds::Text).then(|| Sign { kind, reason: reason() })
}

fn by_comment(column: &Column) -> Option<Sign> {
    let comment = column.comment.as_deref()?;
    // What holds no stem needs no look at its words.
    if !has_stem(comment.as_bytes()) {
        return None;
    }
    let text = words(comment).join(" ");
    let text = format!(" {text} ");
    // A comment that says that it is none says so, too.
    let denies =
        [" no ", " not ", " without ", " non ", " kein ", " keine ", " sans "].iter().any(|no| text.contains(no));
    let phrase = DECLARED.split('|').find(|phrase| !denies && text.contains(&format!(" {phrase} ")))?;
    Some(Sign { kind: Kind::Declared, reason: format!("its comment says `{phrase}`") })
}

/// In one pass: a large schema has hundreds of thousands of comments.
fn has_stem(comment: &[u8]) -> bool {
    let starts =
        |rest: &[u8], stem: &str| rest.get(..stem.len()).is_some_and(|it| it.eq_ignore_ascii_case(stem.as_bytes()));
    (0..comment.len()).any(|at| {
        // Most letters start none of them.
        matches!(comment[at] | 0x20, b'd' | b'g' | b'p' | b'r')
            && DECLARED_STEMS.iter().any(|stem| starts(&comment[at..], stem))
    })
}

fn is_in(list: &str, word: &str) -> bool {
    list.split('|').any(|one| one == word)
}

/// What a column's type lets it hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Number,
    Date,
    Network,
    Other,
}

impl Holds {
    fn of(type_name: &str) -> Self {
        let word = type_name.trim_end_matches("[]").split('(').next().unwrap_or_default().trim();
        match word.rsplit('.').next().unwrap_or_default() {
            "smallint" | "integer" | "bigint" | "numeric" => Self::Number,
            "date" | "timestamp" | "timestamp with time zone" | "timestamp without time zone" => Self::Date,
            "inet" | "cidr" | "macaddr" | "macaddr8" => Self::Network,
            "boolean" | "uuid" | "real" | "double precision" | "interval" | "bytea" | "json" | "jsonb" | "tsvector" => {
                Self::Other
            }
            // Text, and domains and enums, which are told by what they are called.
            _ => Self::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{Relation, testing::Table};

    fn kind(name: &str, type_name: &str) -> Option<Kind> {
        let table: Relation = Table::new("orders").column(name, type_name).into();
        sign(&table.columns[0], "orders").map(|sign| sign.kind)
    }

    #[test]
    fn names_that_mean_one_thing() {
        for (name, type_name, expected) in [
            ("email", "text", Kind::Email),
            ("contactEmail", "character varying(80)", Kind::Email),
            ("email2", "public.citext", Kind::Email),
            ("email_to", "text", Kind::Email),
            ("Fax", "character varying(24)", Kind::Phone),
            ("mobile_phone", "bigint", Kind::Phone),
            ("first_name", "text", Kind::Name),
            ("ship_address", "text", Kind::Address),
            ("address_line_2", "text", Kind::Address),
            ("birth_date", "date", Kind::BirthDate),
            ("geburtsdatum", "date", Kind::BirthDate),
            ("ssn", "character(11)", Kind::NationalId),
            ("iban", "text", Kind::Payment),
            ("last_ip", "inet", Kind::NetworkAddress),
            ("gender", "text", Kind::Health),
        ] {
            assert_eq!(kind(name, type_name), Some(expected), "{name}");
        }
    }

    #[test]
    fn each_phrase_has_its_stem() {
        for phrase in DECLARED.split('|') {
            assert!(DECLARED_STEMS.iter().any(|stem| phrase.contains(stem)), "{phrase}");
        }
        for stem in DECLARED_STEMS {
            assert!(has_stem(format!("Ü {}", stem.to_uppercase()).as_bytes()), "{stem}");
            assert!(!has_stem(&stem.as_bytes()[1..]) && !has_stem(&stem.as_bytes()[..stem.len() - 1]), "{stem}");
        }
    }

    #[test]
    fn names_that_only_remind_of_it() {
        for (name, type_name) in [
            ("email_sent_at", "timestamp with time zone"),
            ("email_template", "text"),
            ("email", "boolean"),
            ("phone_type", "text"),
            ("address_id", "bigint"),
            ("birth_date", "boolean"),
            ("max_email", "text"),
            ("name", "text"),
            ("city", "text"),
            ("ip", "integer"),
            ("_", "text"),
        ] {
            assert_eq!(kind(name, type_name), None, "{name}");
        }
    }

    #[test]
    fn reserved_names_are_nobodys() {
        let table: Relation =
            Table::new("reserved_usernames").column("username", "text").column("email", "text").into();
        let kinds: Vec<_> =
            table.columns.iter().map(|column| sign(column, &table.name).map(|sign| sign.kind)).collect();
        assert_eq!(kinds, [None, Some(Kind::Email)]);
    }

    #[test]
    fn people_have_names_and_comments_tell() {
        let table: Relation = Table::new("w_customers")
            .column("name", "text")
            .column("address", "text")
            .commented_column("body", "jsonb", "May hold PII of patients")
            .commented_column("note", "text", "No personal data here")
            .into();
        let kinds: Vec<_> =
            table.columns.iter().map(|column| sign(column, &table.name).map(|sign| sign.kind)).collect();
        assert_eq!(kinds, [Some(Kind::Name), Some(Kind::Address), Some(Kind::Declared), None]);
    }
}
