//! Swedish names, towns and forms of addresses.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Adam,Agneta,Albin,Alexander,Alexandra,Alice,Alma,Amanda,Anders,Andreas,Anita,Anna,Annika,Anton,\
        Arvid,Astrid,Axel,Barbro,Bengt,Berit,Bertil,Birgitta,Björn,Bo,Britta,Carina,Carl,Caroline,Cecilia,\
        Charlotte,Christer,Christina,Claes,Dag,Dagmar,Daniel,David,Ebba,Edvin,Elias,Elin,Elisabeth,Ella,\
        Ellen,Elsa,Emelie,Emil,Emma,Erik,Ester,Eva,Fanny,Felicia,Filip,Folke,Fredrik,Frida,Frans,Gabriel,\
        Gerd,Gertrud,Greta,Gun,Gunilla,Gunnar,Gustav,Göran,Göte,Hampus,Hanna,Hannes,Hans,Harald,Hedda,\
        Helena,Henrik,Hilda,Hugo,Håkan,Ida,Inga,Ingemar,Inger,Ingrid,Ingvar,Irene,Isabelle,Isak,Jakob,Jan,\
        Jenny,Jens,Jesper,Joakim,Johan,Johanna,Jonas,Josefin,Julia,Jörgen,Kajsa,Karin,Karl,Katarina,Kent,\
        Kerstin,Kjell,Klara,Knut,Kristina,Lars,Leif,Lena,Lennart,Lina,Linda,Linnéa,Linus,Lisa,Lotta,Louise,\
        Lovisa,Lucas,Ludvig,Madeleine,Magnus,Maja,Malin,Margareta,Maria,Marie,Marianne,Martin,Mats,Mattias,\
        Melvin,Mikael,Moa,Monika,Märta,Nellie,Niklas,Nils,Noah,Olle,Olof,Oskar,Otto,Patrik,Per,Pernilla,\
        Peter,Petra,Pia,Pontus,Ragnar,Rasmus,Rebecka,Rickard,Robert,Robin,Roger,Rolf,Ronja,Rut,Sara,Saga,\
        Signe,Sigrid,Simon,Siv,Sofia,Stefan,Stig,Stina,Sune,Susanne,Sven,Svante,Tage,Thea,Therese,Thomas,\
        Tilda,Tobias,Tommy,Tore,Torsten,Tove,Tuva,Ulf,Ulla,Ulrika,Urban,Vera,Vilhelm,Viktor,Viktoria,Vilgot,\
        Wilma,Yngve,Åke,Åsa,Örjan",
    last_names: "Abrahamsson,Ahlberg,Alm,Andersson,Arvidsson,Axelsson,Backlund,Bengtsson,Berg,Berggren,Berglund,\
        Bergman,Bergström,Björk,Björklund,Blom,Blomqvist,Boström,Carlsson,Claesson,Dahl,Dahlberg,Danielsson,\
        Davidsson,Ek,Ekdahl,Eklund,Ekström,Eliasson,Engström,Eriksson,Falk,Forsberg,Fransson,Fredriksson,\
        Friberg,Frisk,Gunnarsson,Gustafsson,Göransson,Hansson,Hagström,Hedlund,Hedman,Hellström,Henriksson,\
        Hermansson,Holm,Holmberg,Holmgren,Holmqvist,Håkansson,Isaksson,Jakobsson,Jansson,Johansson,Jonasson,\
        Jonsson,Josefsson,Jönsson,Karlsson,Kjellberg,Knutsson,Kristensson,Larsson,Lind,Lindahl,Lindberg,\
        Lindblom,Lindgren,Lindholm,Lindqvist,Lindström,Ljung,Ljungberg,Lund,Lundberg,Lundgren,Lundin,\
        Lundqvist,Lundström,Löfgren,Magnusson,Malm,Malmberg,Martinsson,Mattsson,Melin,Moberg,Månsson,\
        Mårtensson,Nilsson,Norberg,Nordin,Nordström,Norén,Nyberg,Nygren,Nyman,Nyström,Ohlsson,Olofsson,\
        Olsson,Palm,Persson,Petersson,Pettersson,Pålsson,Rosén,Sandberg,Sandström,Samuelsson,Sjöberg,\
        Sjögren,Sjöström,Skoglund,Stenberg,Ström,Strömberg,Sundberg,Sundin,Sundström,Svensson,Söderberg,\
        Söderström,Thulin,Wallin,Wikström,Viklund,Åberg,Åkesson,Öberg,Östlund",
    streets: "Storgatan,Kyrkogatan,Drottninggatan,Kungsgatan,Skolgatan,Järnvägsgatan,Trädgårdsgatan,Ringvägen,\
        Parkvägen,Skogsvägen,Björkvägen,Granvägen,Tallvägen,Ängsvägen,Nygatan,Hamngatan,Torggatan,Lillgatan,\
        Backvägen,Strandvägen,Linnégatan,Vasagatan,Industrigatan,Solvägen,Ekvägen,Rosenvägen,Slottsgatan,\
        Östra vägen,Sjövägen,Bergsgatan",
    cities: "Stockholm,Göteborg,Malmö,Uppsala,Västerås,Örebro,Linköping,Helsingborg,Jönköping,Norrköping,Lund,\
        Umeå,Gävle,Borås,Södertälje,Eskilstuna,Halmstad,Växjö,Karlstad,Sundsvall,Östersund,Trollhättan,\
        Luleå,Kalmar,Falun,Skövde,Karlskrona,Kristianstad,Nyköping,Skellefteå,Uddevalla,Visby,Varberg,\
        Motala,Landskrona,Örnsköldsvik,Kiruna,Ystad",
    companies: "AB,HB,& Söner,Gruppen,Konsult,Bygg",
    phone: "08-465 004 ##",
    postcode: "%## ##",
    number_first: false,
    postcode_last: false,
    last_name_first: false,
};
