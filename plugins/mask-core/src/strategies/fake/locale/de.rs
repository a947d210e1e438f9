//! German names, towns and forms of addresses.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Achim,Albert,Alexander,Alexandra,Alfred,Andrea,Andreas,Angelika,Anja,Anke,Anna,Anneliese,Annette,\
        Anton,Antje,Armin,Astrid,Barbara,Bastian,Beate,Benjamin,Bernd,Bernhard,Bettina,Birgit,Björn,\
        Brigitte,Britta,Bruno,Carina,Carsten,Charlotte,Christa,Christian,Christiane,Christina,Christoph,\
        Claudia,Cornelia,Dagmar,Daniel,Daniela,David,Dennis,Dieter,Dietmar,Dirk,Dominik,Doris,Eckhard,Edith,\
        Elena,Elisabeth,Elke,Emil,Emma,Erika,Ernst,Eva,Felix,Ferdinand,Florian,Frank,Franz,Franziska,Frieda,\
        Friedrich,Gabriele,Georg,Gerd,Gerhard,Gisela,Greta,Gudrun,Günter,Hannah,Hannelore,Hans,Harald,\
        Hartmut,Heike,Heiko,Heinrich,Heinz,Helena,Helga,Helmut,Henning,Herbert,Hermann,Hilde,Holger,Horst,\
        Ida,Ilse,Ines,Ingeborg,Ingo,Ingrid,Irene,Iris,Jakob,Jan,Jana,Jens,Joachim,Johanna,Johannes,Jonas,\
        Jörg,Josef,Julia,Julian,Jürgen,Jutta,Kai,Karin,Karl,Karla,Karsten,Katharina,Kathrin,Katja,Kerstin,\
        Kirsten,Klaus,Konrad,Kristin,Kurt,Lars,Laura,Lea,Lena,Leon,Leonie,Lina,Linus,Lisa,Lothar,Lotte,\
        Luisa,Lukas,Lutz,Magdalena,Manfred,Manuela,Marc,Marcel,Marco,Margarete,Maria,Marianne,Marie,Marion,\
        Markus,Marlene,Martin,Martina,Mathilda,Matthias,Max,Melanie,Mia,Michael,Michaela,Miriam,Monika,\
        Moritz,Nadine,Nele,Nicole,Niklas,Nils,Nina,Norbert,Olaf,Oliver,Otto,Patrick,Paul,Paula,Peter,Petra,\
        Philipp,Rainer,Ralf,Regina,Reinhard,Renate,Rita,Robert,Roland,Rolf,Rosemarie,Rudolf,Sabine,Sandra,\
        Sarah,Sebastian,Silke,Simon,Sofia,Sonja,Stefan,Stefanie,Steffen,Susanne,Sven,Tanja,Theo,Theresa,\
        Thomas,Thorsten,Tim,Tobias,Tom,Torben,Udo,Ulrich,Ulrike,Ursula,Ute,Uwe,Valentin,Vera,Verena,Viktor,\
        Volker,Walter,Werner,Wilhelm,Wolfgang,Yvonne",
    last_names: "Albrecht,Arnold,Bach,Bauer,Baumann,Beck,Becker,Behrens,Berger,Bergmann,Bock,Böhm,Brandt,Braun,\
        Brinkmann,Busch,Christ,Conrad,Decker,Dietrich,Dietz,Döring,Ebert,Eckert,Engel,Ernst,Esser,Feldmann,\
        Fiedler,Fink,Fischer,Förster,Frank,Franke,Franz,Freitag,Freund,Friedrich,Fritz,Fröhlich,Fuchs,Funk,\
        Geiger,Geisler,Gerlach,Götz,Graf,Groß,Günther,Haas,Hahn,Hansen,Hartmann,Heinrich,Heinz,Heinze,Held,\
        Heller,Henkel,Hermann,Herzog,Heß,Hofer,Hoffmann,Hofmann,Holz,Horn,Huber,Hübner,Jacob,Jacobs,Jäger,\
        Jahn,Jansen,Jung,Kaiser,Karl,Kaufmann,Keller,Kern,Kirchner,Klein,Klose,Koch,Köhler,König,Kraft,\
        Krämer,Kraus,Krause,Krüger,Kruse,Kuhn,Kunz,Kurz,Lang,Lange,Lehmann,Lenz,Lindner,Link,Löffler,Lorenz,\
        Ludwig,Maier,Mann,Marx,Martin,May,Mayer,Meier,Menzel,Merkel,Metzger,Meyer,Michel,Mohr,Möller,Moser,\
        Müller,Nagel,Naumann,Neubauer,Neumann,Nickel,Noack,Nowak,Otto,Pape,Paul,Peters,Petersen,Pfeiffer,\
        Pohl,Raab,Rau,Reich,Reinhardt,Reuter,Richter,Riedel,Ritter,Römer,Roth,Rudolph,Ruf,Sander,Sauer,\
        Schäfer,Scherer,Schiller,Schilling,Schlüter,Schmid,Schmidt,Schmitt,Schmitz,Schneider,Scholz,\
        Schreiber,Schröder,Schubert,Schulte,Schulz,Schumacher,Schuster,Schwarz,Seidel,Seifert,Simon,Singer,\
        Sommer,Stark,Stein,Steiner,Stephan,Stoll,Straub,Strauß,Thiel,Thomas,Ulrich,Vogel,Vogt,Voigt,Voß,\
        Wagner,Walter,Weber,Weidner,Weiß,Wendt,Werner,Wiegand,Wild,Wilhelm,Winkler,Winter,Wirth,Witte,Wolf,\
        Wolff,Wulf,Zander,Ziegler,Zimmer,Zimmermann",
    streets: "Hauptstraße,Schulstraße,Gartenstraße,Bahnhofstraße,Dorfstraße,Bergstraße,Birkenweg,Lindenstraße,\
        Kirchstraße,Waldstraße,Ringstraße,Amselweg,Schillerstraße,Goethestraße,Jahnstraße,Wiesenweg,\
        Mühlenweg,Feldstraße,Buchenweg,Rosenweg,Finkenweg,Blumenstraße,Ahornweg,Eichenweg,Tannenweg,\
        Mozartstraße,Beethovenstraße,Sonnenstraße,Talstraße,Am Markt,Lessingstraße,Mittelstraße,Neue Straße,\
        Poststraße,Marktplatz,Kastanienallee,Uferstraße,Parkstraße,Friedhofstraße,Brunnenweg",
    cities: "Berlin,Hamburg,München,Köln,Frankfurt,Stuttgart,Düsseldorf,Leipzig,Dortmund,Essen,Bremen,Dresden,\
        Hannover,Nürnberg,Duisburg,Bochum,Wuppertal,Bielefeld,Bonn,Münster,Mannheim,Karlsruhe,Augsburg,\
        Wiesbaden,Kiel,Aachen,Chemnitz,Halle,Magdeburg,Freiburg,Krefeld,Mainz,Lübeck,Erfurt,Rostock,Kassel,\
        Potsdam,Saarbrücken,Oldenburg,Heidelberg,Darmstadt,Regensburg,Würzburg,Ulm",
    companies: "GmbH,AG,KG,OHG,& Söhne,& Partner,GmbH & Co. KG,e. K.",
    phone: "030 231 25 ###",
    postcode: "%####",
    number_first: false,
    postcode_last: false,
    last_name_first: false,
};
