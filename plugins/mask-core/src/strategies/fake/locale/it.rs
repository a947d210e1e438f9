//! Italian names, towns and forms of addresses.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Adele,Adriana,Agnese,Alba,Alberto,Alessandra,Alessandro,Alessia,Alessio,Alice,Andrea,Angela,Angelo,\
        Anna,Antonella,Antonio,Arianna,Augusto,Aurora,Beatrice,Benedetta,Bianca,Bruno,Camilla,Carla,Carlo,\
        Carmela,Carolina,Caterina,Cecilia,Cesare,Chiara,Cinzia,Claudia,Claudio,Cristian,Cristina,Daniela,\
        Daniele,Dario,Davide,Debora,Domenico,Donatella,Edoardo,Elena,Eleonora,Elisa,Elisabetta,Emanuele,\
        Emma,Enrico,Enzo,Ernesto,Ettore,Eugenio,Fabio,Fabrizio,Federica,Federico,Filippo,Flavia,Francesca,\
        Francesco,Franco,Gabriele,Gaetano,Giacomo,Giada,Gianluca,Gianni,Ginevra,Giorgia,Giorgio,Giovanna,\
        Giovanni,Giulia,Giuliana,Giulio,Giuseppe,Giuseppina,Gloria,Grazia,Greta,Guido,Ilaria,Irene,Isabella,\
        Ivan,Jacopo,Laura,Lavinia,Leonardo,Letizia,Lidia,Lorenza,Lorenzo,Luca,Lucia,Luciano,Luigi,Luisa,\
        Maddalena,Manuela,Marcello,Marco,Margherita,Maria,Mariangela,Marina,Mario,Marta,Martina,Massimo,\
        Matilde,Matteo,Maurizio,Mauro,Michela,Michele,Mirko,Monica,Nadia,Nicola,Nicole,Noemi,Orlando,\
        Ornella,Paola,Paolo,Patrizia,Pietro,Raffaele,Renato,Riccardo,Rita,Roberta,Roberto,Rocco,Rosa,\
        Salvatore,Samuele,Sara,Serena,Sergio,Silvia,Simona,Simone,Sofia,Sonia,Stefania,Stefano,Susanna,\
        Teresa,Tiziana,Tommaso,Umberto,Valentina,Valeria,Veronica,Vincenzo,Viola,Virginia,Vittoria,Vittorio",
    last_names: "Amato,Antonelli,Barbieri,Barone,Basile,Battaglia,Bellini,Benedetti,Bernardi,Bianchi,Bianco,Bruno,\
        Calabrese,Caputo,Carbone,Caruso,Castelli,Cattaneo,Cavalli,Ceccarelli,Cirillo,Colombo,Conte,Conti,\
        Coppola,Costa,Costantini,Cristiani,D'Agostino,D'Amico,D'Angelo,De Angelis,De Luca,De Rosa,De Santis,\
        Donati,Esposito,Fabbri,Farina,Ferrara,Ferrari,Ferraro,Ferretti,Ferri,Fiore,Fontana,Franco,Fusco,\
        Galli,Gallo,Gatti,Gentile,Giordano,Giuliani,Grassi,Grasso,Greco,Guerra,Guidi,Landi,Leone,Lombardi,\
        Lombardo,Longo,Mancini,Marchetti,Mariani,Marini,Marino,Marra,Martinelli,Martini,Martino,Mazza,Melis,\
        Messina,Milani,Monti,Morelli,Moretti,Montanari,Napolitano,Negri,Neri,Olivieri,Orlando,Pace,Pagano,\
        Palmieri,Palumbo,Parisi,Pellegrini,Pellegrino,Pepe,Piras,Poli,Ricci,Rinaldi,Riva,Rizzi,Rizzo,Romano,\
        Romeo,Rossetti,Rossi,Rota,Ruggiero,Russo,Sala,Salerno,Sanna,Santoro,Sartori,Serra,Silvestri,\
        Sorrentino,Testa,Tosi,Valente,Valentini,Villa,Vitale,Vitali,Zanella",
    streets: "Via Roma,Via Garibaldi,Corso Italia,Via Mazzini,Piazza Dante,Via Verdi,Via Cavour,Via Marconi,\
        Via Matteotti,Viale Europa,Via dei Mille,Via San Marco,Via della Chiesa,Via Leopardi,Via Manzoni,\
        Via Gramsci,Via Milano,Via Torino,Corso Vittorio Emanuele,Via dei Pini,Via Puccini,Via delle Rose,\
        Via Monte Grappa,Piazza San Pietro,Via Pascoli,Viale Trieste,Via del Mulino,Via Trento",
    cities: "Roma,Milano,Napoli,Torino,Palermo,Genova,Bologna,Firenze,Bari,Catania,Venezia,Verona,Messina,Padova,\
        Trieste,Taranto,Brescia,Parma,Prato,Modena,Reggio Emilia,Perugia,Livorno,Ravenna,Cagliari,Foggia,\
        Rimini,Salerno,Ferrara,Sassari,Siracusa,Pescara,Monza,Bergamo,Vicenza,Trento,Forlì,Novara,Piacenza,\
        Ancona,Arezzo,Udine,Lecce,Pesaro",
    companies: "S.r.l.,S.p.A.,& Figli,Fratelli,S.n.c.,Group",
    phone: "+39 3## ### ####",
    postcode: "%####",
    number_first: false,
    postcode_last: false,
    last_name_first: false,
};
