//! Polish names, towns and forms of addresses; family names that men and women share.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Adam,Adrian,Agata,Agnieszka,Aleksander,Aleksandra,Alicja,Amelia,Andrzej,Anna,Antoni,Antonina,\
        Arkadiusz,Artur,Barbara,Bartłomiej,Bartosz,Beata,Bernadeta,Bogdan,Bogumiła,Bożena,Cezary,Czesław,\
        Dagmara,Damian,Daniel,Danuta,Dariusz,Dawid,Dominik,Dominika,Dorota,Edyta,Elżbieta,Emilia,Ewa,\
        Ewelina,Feliks,Filip,Franciszek,Gabriela,Genowefa,Grażyna,Grzegorz,Halina,Hanna,Helena,Henryk,\
        Hubert,Ignacy,Iga,Irena,Iwona,Izabela,Jacek,Jadwiga,Jakub,Jan,Janina,Janusz,Jarosław,Jerzy,Joanna,\
        Jolanta,Józef,Julia,Julian,Justyna,Kacper,Kamil,Kamila,Karol,Karolina,Katarzyna,Kazimierz,Kinga,\
        Klaudia,Konrad,Krystian,Krystyna,Krzysztof,Laura,Leon,Leszek,Lidia,Lucyna,Łucja,Łukasz,Maciej,\
        Magdalena,Maja,Małgorzata,Marcel,Marcin,Marek,Maria,Marian,Mariusz,Marta,Martyna,Mateusz,Michalina,\
        Michał,Mieczysław,Mikołaj,Milena,Mirosław,Monika,Natalia,Nikola,Norbert,Oliwia,Oskar,Patrycja,\
        Patryk,Paulina,Paweł,Piotr,Przemysław,Rafał,Regina,Renata,Robert,Roman,Roksana,Ryszard,Sebastian,\
        Sławomir,Stanisław,Stefania,Sylwia,Szymon,Tadeusz,Teresa,Tomasz,Tymon,Urszula,Wacław,Waldemar,Wanda,\
        Weronika,Wiesław,Wiktor,Wiktoria,Witold,Władysław,Wojciech,Zbigniew,Zdzisław,Zofia,Zuzanna,Zygmunt",
    last_names: "Adamczyk,Adamiec,Andrzejczak,Banaś,Baran,Bartczak,Bąk,Bednarz,Bielak,Błaszczyk,Bober,Borek,Broda,\
        Bujak,Buczek,Cebula,Chmiel,Cichoń,Cieślak,Cygan,Czapla,Czech,Dąbek,Domagała,Drozd,Duda,Dudek,\
        Dudziak,Dziedzic,Fijałek,Filipek,Frączek,Gajda,Gawron,Gąsior,Głowacz,Gołąb,Góra,Grabarczyk,Gruszka,\
        Grzelak,Guzik,Hajduk,Jabłoń,Jagoda,Janas,Janik,Jarosz,Jaworek,Jeleń,Jóźwiak,Kaczmarczyk,Kaczmarek,\
        Kaczor,Kania,Kasprzak,Kiełbasa,Klimek,Kloc,Kłos,Kmieć,Kołodziej,Kopeć,Kot,Kowal,Kowalczyk,Kozieł,\
        Kozioł,Krawczyk,Krawiec,Król,Kruk,Krupa,Kubiak,Kubica,Kucharczyk,Kula,Kurek,Kwiecień,Lech,Leśniak,\
        Lis,Lipka,Łuczak,Maciąg,Madej,Majcher,Majchrzak,Malec,Marciniak,Marek,Marzec,Matusiak,Mazur,Mazurek,\
        Michalak,Michalik,Mikołajczyk,Milczarek,Mróz,Musiał,Nowak,Nowicz,Olejnik,Orzeł,Osiak,Owczarek,Pająk,\
        Paluch,Pawlak,Pawlik,Piątek,Pietrzak,Pilch,Polak,Popek,Ratajczak,Rogal,Rosiak,Rybak,Sikora,Siwiec,\
        Skiba,Skowron,Skrzypczak,Sobczak,Socha,Sowa,Stachura,Stasiak,Stefaniak,Stępień,Strzelczyk,\
        Szczepaniak,Szczygieł,Szewczyk,Szulc,Szymczak,Szymczyk,Śliwa,Świątek,Tkacz,Tomczak,Tomczyk,Urban,\
        Urbaniak,Walczak,Wawrzyniak,Węgrzyn,Wieczorek,Wierzba,Wilk,Witek,Wnuk,Wojtas,Wolak,Woźniak,Wójcik,\
        Wróbel,Zając,Zaremba,Ziółek,Zych,Żak,Żuk",
    streets: "ul. Polna,ul. Leśna,ul. Słoneczna,ul. Krótka,ul. Szkolna,ul. Ogrodowa,ul. Lipowa,ul. Brzozowa,\
        ul. Łąkowa,ul. Kwiatowa,ul. Kościelna,ul. Sosnowa,ul. Parkowa,ul. Zielona,ul. Akacjowa,ul. Kolejowa,\
        ul. Długa,ul. Nowa,ul. Mickiewicza,ul. Słowackiego,ul. Sienkiewicza,ul. Kościuszki,ul. Wiśniowa,\
        ul. Dębowa,ul. Klonowa,al. Niepodległości,pl. Wolności,ul. Różana",
    cities: "Warszawa,Kraków,Łódź,Wrocław,Poznań,Gdańsk,Szczecin,Bydgoszcz,Lublin,Białystok,Katowice,Gdynia,\
        Częstochowa,Radom,Toruń,Sosnowiec,Rzeszów,Kielce,Gliwice,Olsztyn,Zabrze,Bytom,Zielona Góra,Rybnik,\
        Opole,Tychy,Elbląg,Płock,Wałbrzych,Tarnów,Chorzów,Koszalin,Kalisz,Legnica,Grudziądz,Słupsk,\
        Nowy Sącz,Siedlce,Konin,Piła",
    companies: "sp. z o.o.,S.A.,sp. j.,i Synowie,i Wspólnicy",
    phone: "+48 6## ### ###",
    postcode: "##-###",
    number_first: false,
    postcode_last: false,
    last_name_first: false,
};
