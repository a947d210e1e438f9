//! French names, towns and forms of addresses.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Adèle,Adrien,Agathe,Agnès,Alain,Albert,Alexandra,Alexandre,Alexis,Alice,Amandine,Ambre,Amélie,Anaïs,\
        André,Anne,Antoine,Antoinette,Arnaud,Arthur,Aude,Audrey,Augustin,Aurélie,Aurore,Baptiste,Bastien,\
        Béatrice,Benjamin,Benoît,Bernadette,Bernard,Bertrand,Brigitte,Bruno,Camille,Capucine,Caroline,\
        Catherine,Cécile,Cédric,Céline,Charles,Charlotte,Chloé,Christelle,Christian,Christine,Christophe,\
        Claire,Claude,Claudine,Clémence,Clément,Colette,Constance,Corinne,Cyril,Damien,Daniel,Danielle,\
        David,Delphine,Denis,Diane,Didier,Dominique,Édith,Édouard,Élise,Élisabeth,Élodie,Éloïse,Émile,\
        Émilie,Emma,Emmanuel,Éric,Estelle,Étienne,Eugénie,Ève,Fabien,Fabrice,Fanny,Florence,Florian,\
        Françoise,François,Franck,Frédéric,Gabriel,Gabrielle,Gaël,Gaëlle,Gauthier,Geneviève,Georges,Gérard,\
        Gilbert,Gilles,Ginette,Grégoire,Guillaume,Guy,Hélène,Henri,Henriette,Hervé,Hugo,Inès,Irène,Isabelle,\
        Jacqueline,Jacques,Jean,Jeanne,Jérôme,Joël,Joséphine,Jules,Julie,Julien,Juliette,Justine,Karine,\
        Laetitia,Laure,Laurence,Laurent,Léa,Léo,Léon,Liliane,Lisa,Loïc,Lola,Louis,Louise,Luc,Lucas,Lucie,\
        Lucien,Madeleine,Manon,Marc,Marcel,Margaux,Marguerite,Marianne,Marie,Marine,Marion,Marthe,Martine,\
        Mathieu,Mathilde,Maud,Maurice,Maxime,Michel,Michèle,Mireille,Monique,Nadine,Nathalie,Nicolas,Nicole,\
        Nina,Noël,Noémie,Océane,Odette,Olivier,Pascal,Patrice,Patricia,Patrick,Paul,Pauline,Philippe,Pierre,\
        Quentin,Raphaël,Raymond,Régis,Rémi,Renée,Richard,Robert,Roger,Roland,Romain,Sabine,Sandrine,\
        Sébastien,Serge,Simone,Solange,Sophie,Stéphane,Stéphanie,Suzanne,Sylvie,Théo,Théodore,Thérèse,\
        Thibault,Thierry,Thomas,Tristan,Valentin,Valérie,Véronique,Victor,Vincent,Virginie,Xavier,Yves,\
        Yvette,Yvonne,Zoé",
    last_names: "Adam,Albert,Allard,Andre,Antoine,Arnaud,Aubert,Aubry,Bailly,Barbier,Baron,Barre,Benoit,Berger,\
        Bernard,Bertin,Bertrand,Besson,Blanc,Blanchard,Bonnet,Boucher,Bouvier,Boyer,Breton,Brun,Brunet,\
        Carlier,Caron,Carpentier,Carre,Charles,Charpentier,Chevalier,Clement,Colas,Colin,Collet,Collin,\
        Cordier,Cousin,Daniel,David,Delaunay,Denis,Deschamps,Devaux,Dubois,Duchemin,Dufour,Dumas,Dumont,\
        Dupont,Dupuis,Dupuy,Durand,Duval,Étienne,Evrard,Fabre,Faure,Fernandez,Ferrand,Fleury,Fontaine,\
        Fournier,François,Gaillard,Garnier,Gaudin,Gauthier,Gautier,Gay,Georges,Gérard,Germain,Gilbert,\
        Gilles,Girard,Giraud,Gomez,Grondin,Guérin,Guillaume,Guillot,Guyot,Hamon,Hardy,Henry,Hervé,Hubert,\
        Huet,Humbert,Jacob,Jacquet,Jean,Joly,Jourdan,Julien,Klein,Lacroix,Lambert,Lamy,Langlois,Laporte,\
        Laurent,Leblanc,Lebrun,Leclerc,Leclercq,Lecomte,Lefebvre,Lefèvre,Léger,Legrand,Lejeune,Lemaire,\
        Lemoine,Leroux,Leroy,Lévêque,Lopez,Louis,Lucas,Maillard,Mallet,Marchal,Marchand,Maréchal,Marie,\
        Marin,Martel,Martin,Martinez,Masson,Mathieu,Menard,Mercier,Meunier,Meyer,Michaud,Michel,Millet,\
        Monnier,Moreau,Morel,Morin,Moulin,Muller,Navarro,Nicolas,Noël,Olivier,Pages,Paris,Pascal,Pelletier,\
        Perez,Perret,Perrier,Perrin,Perrot,Petit,Philippe,Picard,Pichon,Pierre,Poirier,Poulain,Prevost,Rémy,\
        Renard,Renaud,Renault,Rey,Reynaud,Richard,Rivière,Robert,Robin,Roche,Rodriguez,Roger,Rolland,\
        Rousseau,Roussel,Roux,Roy,Royer,Salmon,Sanchez,Schmitt,Simon,Tessier,Thomas,Vasseur,Verdier,Vidal,\
        Vincent,Voisin,Weber",
    streets: "rue de l'Église,rue de la Gare,rue du Moulin,Grande Rue,rue Victor Hugo,rue Pasteur,rue des Écoles,\
        avenue de la République,place de la Mairie,rue de la Fontaine,rue du Château,rue Jules Ferry,\
        avenue Jean Jaurès,boulevard Gambetta,rue de Paris,rue des Lilas,rue du Stade,rue de la Paix,\
        impasse des Roses,allée des Tilleuls,rue du Lavoir,chemin des Vignes,rue des Jardins,\
        place du Marché,rue Voltaire,rue Émile Zola,rue de Verdun,avenue du Général Leclerc,rue du Puits,\
        rue Saint-Martin,quai de la Loire,rue de Bretagne,rue des Acacias,rue Molière,rue Carnot",
    cities: "Paris,Marseille,Lyon,Toulouse,Nice,Nantes,Strasbourg,Montpellier,Bordeaux,Lille,Rennes,Reims,\
        Le Havre,Toulon,Grenoble,Dijon,Angers,Nîmes,Le Mans,Brest,Limoges,Tours,Amiens,Perpignan,Metz,\
        Besançon,Orléans,Mulhouse,Rouen,Caen,Nancy,Avignon,Poitiers,Versailles,La Rochelle,Pau,Calais,\
        Colmar,Annecy,Bourges,Quimper,Troyes,Valence,Chambéry",
    companies: "SARL,SA,SAS,et Fils,& Cie,Frères,EURL,Groupe",
    phone: "+33 1 99 00 ## ##",
    postcode: "%####",
    number_first: true,
    postcode_last: false,
    last_name_first: false,
};
