//! Dutch names, towns and forms of addresses.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Aafke,Adriaan,Albert,Amber,Anja,Anna,Annemarie,Anouk,Arjan,Arie,Astrid,Bart,Bas,Bert,Bianca,Bram,\
        Brenda,Caroline,Chantal,Christiaan,Claudia,Cor,Corrie,Daan,Daniël,Debbie,Dennis,Diana,Dirk,Edwin,\
        Elisabeth,Elise,Ellen,Els,Emma,Erik,Esther,Eva,Evelien,Femke,Fleur,Floor,Floris,Frank,Frans,\
        Frederik,Geert,Gerard,Gerrit,Gijs,Guus,Hanna,Hans,Harm,Heleen,Hendrik,Henk,Herman,Hugo,Ilse,Inge,\
        Ingrid,Iris,Jaap,Jacob,Jacqueline,Jan,Janneke,Jasper,Jeroen,Jesse,Jeanette,Joanna,Joep,Johan,\
        Johanna,Joost,Joris,Joyce,Judith,Julia,Jurgen,Karel,Karin,Kees,Kim,Klaas,Koen,Laura,Lars,Lieke,\
        Linda,Lisa,Loes,Lotte,Luuk,Maarten,Maaike,Manon,Marcel,Margriet,Maria,Marieke,Marijke,Marjan,Mark,\
        Marloes,Martijn,Martine,Mathijs,Maurits,Max,Menno,Merel,Michiel,Mieke,Mila,Monique,Nadia,Naomi,\
        Niels,Nicole,Nienke,Noor,Olaf,Oscar,Pascal,Patricia,Paul,Paulien,Peter,Petra,Pieter,Pim,Rachel,\
        Renate,Rens,Rianne,Rob,Robin,Roel,Ronald,Roos,Ruben,Rutger,Ruud,Sander,Sandra,Sanne,Saskia,\
        Sebastiaan,Simone,Sjoerd,Sofie,Stefan,Sven,Tamara,Tess,Theo,Thijs,Thomas,Tim,Tineke,Tom,Truus,Vera,\
        Victor,Vincent,Wendy,Wessel,Wilhelmina,Willem,Wim,Wouter,Yvonne",
    last_names: "Aarts,Bakker,Beekman,Berends,Bergman,Blom,Boer,Boersma,Bos,Bosch,Bosman,Brouwer,Bruin,Claassen,\
        Cornelissen,Dekker,Dekkers,Dijkstra,Driessen,Evers,Faber,Geerts,Gerritsen,Goossens,Groen,Haan,\
        Hendriks,Hermans,Heuvel,Hoekstra,Hofman,Hofstra,Huisman,Jacobs,Jansen,Janssen,Jong,Jonker,Kaptein,\
        Kersten,Klein,Kok,Koning,Koopman,Koster,Kramer,Kroon,Kuijpers,Kuiper,Lammers,Leeuwen,Linden,Loon,\
        Maas,Martens,Meijer,Meulen,Michels,Mol,Molenaar,Mulder,Muller,Nijhuis,Nijland,Peeters,Peters,\
        Pieters,Post,Postma,Prins,Ridder,Roos,Rutten,Sanders,Schaap,Schipper,Scholten,Schouten,Schuurman,\
        Simons,Smeets,Smit,Smits,Snijders,Stam,Sterk,Swart,Timmermans,Verbeek,Verhoeven,Vermeer,Vermeulen,\
        Verschuren,Vink,Visser,Vliet,Vogel,Vos,Vries,Wagenaar,Wal,Wiersma,Willems,Willemsen,Wit,Witte,\
        Wolters,Zwart,van Beek,van Dam,van den Berg,van der Heijden,van der Laan,van der Veen,van Dijk,\
        van Doorn,van Rijn,de Graaf,de Groot,de Jonge,de Lange,de Wit",
    streets: "Kerkstraat,Schoolstraat,Molenstraat,Dorpsstraat,Stationsstraat,Molenweg,Julianastraat,Parallelweg,\
        Nieuwstraat,Wilhelminastraat,Sportlaan,Industrieweg,Beatrixstraat,Marktstraat,Eikenlaan,Beukenlaan,\
        Kastanjelaan,Prinsengracht,Singel,Havenstraat,Hoofdstraat,Lindelaan,Oranjestraat,Raadhuisstraat,\
        Vondelstraat,Rozenstraat,Kanaalweg,Achterweg,Berkenlaan,Dijkstraat",
    cities: "Amsterdam,Rotterdam,Den Haag,Utrecht,Eindhoven,Groningen,Tilburg,Almere,Breda,Nijmegen,Apeldoorn,\
        Haarlem,Arnhem,Enschede,Amersfoort,Zaandam,Den Bosch,Zwolle,Leiden,Leeuwarden,Maastricht,Dordrecht,\
        Ede,Alphen,Alkmaar,Delft,Deventer,Venlo,Sittard,Helmond,Hilversum,Heerlen,Oss,Amstelveen,Hengelo,\
        Purmerend,Roosendaal,Schiedam,Lelystad,Gouda,Zeist,Assen",
    companies: "B.V.,N.V.,V.O.F.,& Zonen,Groep,Holding",
    phone: "+31 6 #### ####",
    postcode: "%### ??",
    number_first: false,
    postcode_last: false,
    last_name_first: false,
};
