//! What the names of columns and tables, and their comments, say.

use super::{Kind, Sign, Types};
use confiture_model::schema::{Column, Relation};

/// Words by what they mean; a phrase of several words stands with spaces. English, German, French, Spanish, Italian,
/// Portuguese, Dutch, Polish, Swedish.
const WORDS: [(Kind, f64, &str); 20] = [
    (
        Kind::Email,
        0.85,
        "email|emails|mail|e mail|mailbox|courriel|correo|correo electronico|posta elettronica|epost|emailadres|emailadresse",
    ),
    (
        Kind::Phone,
        0.85,
        "phone|telephone|tel|mobile|cell|cellphone|fax|msisdn|phonenumber|telefon|handy|mobil|telefonnummer|telefono|movil|\
         celular|cellulare|telefone|telemovel|telefoon|telefoonnummer|komorka|mobilnummer|portable|telecopie|extension",
    ),
    (
        Kind::FirstName,
        0.85,
        "first name|firstname|given name|givenname|forename|middle name|nickname|vorname|prenom|nombre de pila|primer nombre|\
         voornaam|imie|fornamn|primeiro nome",
    ),
    (
        Kind::LastName,
        0.85,
        "last name|lastname|surname|family name|familyname|maiden name|mother maiden name|nachname|familienname|\
         geburtsname|nom de famille|nom naissance|apellido|apellidos|cognome|sobrenome|apelido|achternaam|nazwisko|efternamn",
    ),
    (
        Kind::FullName,
        0.75,
        "full name|fullname|display name|real name|person name|contact name|customer name|client name|employee name|\
         patient name|member name|author name|owner name|holder name|cardholder|account holder|recipient name|ship name|\
         shipping name|billing name|bill name|sender name|contact person|kontaktperson|ansprechpartner|nom complet|\
         nombre completo|nome completo|volledige naam|kundenname|signer|signature name",
    ),
    (
        Kind::Username,
        0.7,
        "username|user name|login|login name|screen name|handle|benutzername|nom utilisateur|usuario|utente",
    ),
    (
        Kind::Address,
        0.8,
        "address|addr|street|streetname|address line|address1|address2|house number|adresse|strasse|hausnummer|rue|direccion|\
         calle|domicilio|indirizzo|via|endereco|rua|adres|straat|ulica|adress|gata|gatuadress|anschrift",
    ),
    (
        Kind::City,
        0.6,
        "city|town|locality|stadt|wohnort|ort|ville|commune|ciudad|localidad|citta|comune|cidade|stad|miasto|miejscowosc",
    ),
    (
        Kind::Postcode,
        0.75,
        "postcode|postal code|postalcode|zip|zipcode|zip code|plz|postleitzahl|code postal|codigo postal|cap|cep|\
         kod pocztowy|postnummer",
    ),
    (
        Kind::BirthDate,
        0.9,
        "birth date|birthdate|date of birth|dob|birthday|born|born on|birth|geburtsdatum|geburtstag|date naissance|\
         date de naissance|fecha nacimiento|fecha de nacimiento|data nascita|data di nascita|data nascimento|geboortedatum|\
         data urodzenia|fodelsedatum",
    ),
    (
        Kind::NationalId,
        0.85,
        "ssn|social security|social security number|national id|national insurance|nino|nin|passport|passport number|tax id|\
         tin|steuer id|steuernummer|ausweisnummer|personalausweis|sozialversicherungsnummer|nir|insee|\
         numero securite sociale|dni|nie|nif|curp|rfc|cpf|codice fiscale|bsn|burgerservicenummer|pesel|personnummer|\
         driver license|drivers license|driving licence|license number|fuhrerschein",
    ),
    (
        Kind::Card,
        0.85,
        "card number|cardnumber|credit card|creditcard|pan|cc number|kartennummer|numero carte|numero tarjeta|cvv|cvc",
    ),
    (
        Kind::Iban,
        0.85,
        "iban|bank account|account number|kontonummer|numero compte|numero cuenta|bic iban|rekeningnummer",
    ),
    (
        Kind::NetworkAddress,
        0.75,
        "ip|ip address|login ip|ipaddress|ipaddr|remote addr|remote ip|client ip|last ip|mac address|macaddr|adresse ip|direccion ip",
    ),
    (
        Kind::Password,
        0.85,
        "password|passwd|pwd|password hash|password digest|passphrase|secret|api key|apikey|access token|refresh token|\
         auth token|token|otp secret|passwort|kennwort|mot de passe|contrasena|senha|wachtwoord|haslo|losenord|salt|\
         payment token",
    ),
    (
        Kind::Picture,
        0.75,
        "photo|avatar|portrait|picture of person|photo path|photo url|avatar url|selfie|face|fingerprint|biometric|foto|zdjecie",
    ),
    (
        Kind::FreeText,
        0.55,
        "notes|note|remarks|remark|comments|comment|biography|bio|about me|notizen|bemerkung|bemerkungen|remarques|\
         observaciones|osservazioni|opmerkingen|uwagi|anteckningar|message body",
    ),
    (
        Kind::Trait,
        0.6,
        "gender|sex|religion|ethnicity|race|nationality|marital status|blood type|diagnosis|disability|sexual orientation|\
         political party|title of courtesy|salutation|geschlecht|familienstand|konfession|sexe|genero|genere|geslacht|plec|kon",
    ),
    (Kind::Location, 0.7, "latitude|longitude|geolocation|gps|home location"),
    (Kind::NetworkAddress, 0.6, "device id|imei|imsi|advertising id|idfa|user agent"),
];

/// Behind what is personal, these make something else of it: `email_sent_at`, `phone_type`.
const NOT_ITSELF: &str = "id|ids|count|type|kind|status|at|sent|verified|confirmed|enabled|valid|flag|optin|opt|template|\
                          subject|preference|language|provider|format|category|length|version|expires|expiry|date|time|\
                          attempts|required|visible|order|position|index";

/// Tables whose rows are people.
const PEOPLE: &str = "user|users|customer|customers|client|clients|person|persons|people|employee|employees|staff|patient|\
                      patients|member|members|contact|contacts|student|students|teacher|teachers|author|authors|subscriber|\
                      subscribers|applicant|applicants|candidate|candidates|doctor|doctors|guest|guests|visitor|visitors|\
                      profile|profiles|driver|drivers|tenant|tenants|donor|donors|recipient|recipients|kunde|kunden|\
                      mitarbeiter|benutzer|personen|utilisateur|utilisateurs|personne|personnes|salarie|salaries|usuarios|\
                      clientes|empleados|personas|utenti|clienti|dipendenti|klant|klanten|gebruikers|medewerkers|klienci|\
                      pracownicy|kunder|anvandare|passenger|passengers|voter|voters";

/// The words of an identifier: `BillingAddress2` is `billing address`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.replace('ß', "ss").chars() {
        let starts = !before.is_alphabetic() || (c.is_uppercase() && before.is_lowercase());
        if c.is_alphabetic() {
            if starts {
                words.push(String::new());
            }
            if let Some(last) = words.last_mut() {
                last.extend(c.to_lowercase().flat_map(plain));
            }
        }
        before = c;
    }
    words
}

/// Without its accent.
fn plain(c: char) -> Option<char> {
    Some(match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' | 'ć' => 'c',
        'ñ' | 'ń' => 'n',
        'ł' => 'l',
        'ś' => 's',
        'ź' | 'ż' => 'z',
        c => c,
    })
}

fn is_in(list: &str, word: &str) -> bool {
    list.split('|').any(|one| one == word)
}

pub(super) fn signs(table: &Relation, column: &Column, types: Types) -> Vec<Sign> {
    let words = words(&column.name);
    let mut signs = Vec::new();
    let last = words.last().map(String::as_str).unwrap_or_default();
    let mut best: Option<(Kind, f64, &str)> = None;
    for (kind, weight, list) in WORDS {
        for phrase in list.split('|').filter(|phrase| holds(&words, phrase)) {
            let nearer = best.is_none_or(|(_, _, other)| phrase.split(' ').count() > other.split(' ').count());
            if fits(kind, types) && nearer {
                best = Some((kind, weight, phrase));
            }
        }
    }
    // `birth_date` is itself, `email_date` is not an e-mail address.
    if let Some((kind, weight, phrase)) =
        best.filter(|(_, _, phrase)| !is_in(NOT_ITSELF, last) || phrase.split(' ').next_back() == Some(last))
    {
        signs.push(Sign { kind, weight, reason: format!("its name says `{phrase}`") });
    }
    let table_words = self::words(&table.name);
    let of_people = table_words.last().is_some_and(|word| is_in(PEOPLE, word));
    let plain_name = matches!(
        words.iter().map(String::as_str).collect::<Vec<_>>()[..],
        ["name" | "nom" | "nome" | "nombre" | "naam"]
    );
    if plain_name && of_people && types == Types::Text {
        let reason = format!("it is the `{}` of a row of `{}`", column.name, table.name);
        signs.push(Sign { kind: Kind::FullName, weight: 0.7, reason });
    }
    if types == Types::Network {
        let reason = format!("its type is {}", column.type_name);
        signs.push(Sign { kind: Kind::NetworkAddress, weight: 0.7, reason });
    }
    signs.extend(column.comment.as_deref().and_then(|comment| of_comment(comment, types)));
    signs
}

/// Whether the words of the phrase stand behind each other.
fn holds(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(word, wanted)| word == wanted))
}

/// Whether a column of this type can hold it.
fn fits(kind: Kind, types: Types) -> bool {
    match kind {
        Kind::Phone | Kind::NationalId | Kind::Card | Kind::Postcode => matches!(types, Types::Text | Types::Number),
        Kind::BirthDate => matches!(types, Types::Text | Types::Date),
        Kind::Picture => matches!(types, Types::Text | Types::Bytes),
        Kind::Password => matches!(types, Types::Text | Types::Bytes),
        Kind::NetworkAddress => matches!(types, Types::Text | Types::Network),
        Kind::Address => matches!(types, Types::Text | Types::Document),
        Kind::Location => types != Types::Date,
        Kind::FreeText => matches!(types, Types::Text | Types::Document),
        _ => types == Types::Text,
    }
}

/// A comment that says so, or that names something personal.
fn of_comment(comment: &str, types: Types) -> Option<Sign> {
    let words = words(comment);
    let says =
        ["pii", "gdpr", "rgpd", "dsgvo", "personal data", "personally identifiable", "sensitive", "confidential"];
    if let Some(word) = says.iter().find(|phrase| holds(&words, phrase)) {
        return Some(Sign { kind: Kind::Trait, weight: 0.75, reason: format!("its comment says `{word}`") });
    }
    WORDS.iter().find_map(|(kind, weight, list)| {
        let phrase = list.split('|').find(|phrase| phrase.len() > 4 && holds(&words, phrase))?;
        let reason = format!("its comment says `{phrase}`");
        fits(*kind, types).then(|| Sign { kind: *kind, weight: weight * 0.65, reason })
    })
}
