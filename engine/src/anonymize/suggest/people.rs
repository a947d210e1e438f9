//! Names, by a list of common first names.

const FIRST_NAMES: &str = "aaron adam adrian agnieszka aisha alan albert alberto alejandro alex alexander alexandra alfonso ali alice alicia \
    amanda amelie amy ana anders andre andrea andreas andrew andrzej angela anita anja ann anna anna-lena anne annette antonio anton arthur \
    astrid barbara beatrice ben benjamin bernard bernd bert birgit bjorn brian brigitte bruno camille carina carl carla carlos carmen carol \
    caroline catherine cecile charles charlotte chloe chris christian christiane christina christine christopher claire clara claude claudia \
    craig cristina daan dan daniel daniela david deborah denis diana diego dieter dirk dominik dominique donald dorothy edward edwin elena \
    elisa elisabeth elizabeth ella ellen ellie emil emily emma enrico enrique eric erik ernst eugenia eva ewa fabian fabio fatima felipe felix \
    fernanda fernando florian francesca francesco francis francisco francois frank franz frederic frederique fynn gabriel gary georg george \
    gerard gerhard gianni giovanni giulia giuseppe giorgio grace graham gregory guillermo guylene gunnar gustavo hannah hannes hans hari harry heather heidi \
    heinrich helen helena helene helga helmut helvetius henri henriette henry horst howard hugh hugo ian ilse ines ingrid isabel isabelle isabella \
    ivan jack jacob jaime jake james jan jana jane janet janete jaroslaw jason javier jean jeanne jennifer jens jeremy jerzy jessica jim joao joanna joe \
    johan johann johannes john jonas jonathan jorge jose joseph josef juan judith julia julian julie jurgen justyna jytte kamil karen karim karin karl \
    karla kate katarzyna katharina katherine kathrin kathy katja keith kevin kim klaus krzysztof ladislav lara lars laura laurence laurent lea \
    leon leonie leonekling leslie liam lina linda lino lisa liu liz lorenzo louis louise luca lucas lucia lucie luis luisa lukas luke maarten madalena maciej \
    magdalena maja malgorzata manfred manoj manuel manuela marc marcel marco marcin marcus margaret maria mariana marie marina mario marion mark markus marta \
    martha martin martina martine mary mathias matt matteo matthew matthias max maximilian maurizio megan michael michal michel michelle miguel mihael mike \
    miriam mohamed mohammed monica monika nancy natalia natalie nicholas nick nicolas nicole nina noah nora norbert olaf oliver olivia oscar \
    palle paolo patricia patricio patrick patrik paul paula paulo pascale pedro per peter petra philip philippe pierre pieter pirkko piotr puja rachel rafael ralf ralph \
    raymond rebecca renate rene ricardo richard rita robert roberto roland roderic ronald rosa rudolf russell ruth ryan sabine sam samuel sandra sandrine \
    sara sarah sebastian sergio sharon shelley silvia simon simone sofia sofie sophia sophie stanislaw stanislaw stefan stefanie steffi stephan stephanie \
    stephen steve steven sue susan susanne sven svetlana sylvia sylvie tanja tatiana teresa terhi theresa thomas tim timothy tom tomas tomasz tobias troy \
    ulrich ulrike ursula ute valentin valerie vera veronica veronika victor victoria vincent virginia walter wanda wendy werner wilhelm willem \
    william wolfgang wyatt xavier yang yannick yoshi yvonne yuki yusuf yves yvonne zbyszek zbigniew zofia hiroshi haruka kenji takashi wei fatma ahmed mehmet \
    mustafa olga irina igor dmitri sergei vladimir natasha priya rahul anil sanjay deepak";

fn is_known(word: &str) -> bool {
    let lower: String = word.to_lowercase().chars().map(plain).collect();
    FIRST_NAMES.split_whitespace().any(|name| name == lower)
}

fn plain(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        'ł' => 'l',
        c => c,
    }
}

/// One word, or two with a hyphen, of which the first is a common first name.
pub(super) fn is_first_name(value: &str) -> bool {
    let letters = value.chars().all(|c| c.is_alphabetic() || c == '-');
    letters && (is_known(value) || value.split('-').next().is_some_and(is_known))
}

/// Two to four words with capitals, the first or, behind a comma, the last a common first name.
pub(super) fn is_full_name(value: &str) -> bool {
    let words: Vec<&str> = value.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let capital = |word: &&str| {
        word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
    };
    let particle = |word: &&str| matches!(*word, "de" | "da" | "di" | "van" | "von" | "der" | "la" | "del" | "den");
    let first = if value.contains(',') { words.get(1) } else { words.first() };
    (2..=4).contains(&words.len())
        && words.iter().all(|word| capital(word) || particle(word))
        && first.is_some_and(|word| is_first_name(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_their_first() {
        for name in ["Maria Anders", "Anna de la Cruz", "Müller, Thomas", "José Pavarotti", "Jean-Luc Picard"] {
            assert!(is_full_name(name), "{name}");
        }
        for other in ["Seattle", "Grandma's Boysenberry Spread", "New York", "maria anders", "Anna"] {
            assert!(!is_full_name(other), "{other}");
        }
        assert!(is_first_name("Zofia") && is_first_name("François") && !is_first_name("Rock"));
    }
}
