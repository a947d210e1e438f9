//! Spanish names, towns and forms of addresses.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Adrián,Agustín,Aitana,Alba,Alberto,Alejandra,Alejandro,Alfonso,Alfredo,Alicia,Álvaro,Amparo,Ana,\
        Andrea,Andrés,Ángel,Ángela,Antonia,Antonio,Arturo,Beatriz,Belén,Benito,Blanca,Bruno,Carla,Carlos,\
        Carmen,Carolina,Catalina,Cecilia,César,Clara,Claudia,Concepción,Consuelo,Cristian,Cristina,Daniel,\
        Daniela,David,Diego,Dolores,Domingo,Eduardo,Elena,Elisa,Elvira,Emilia,Emilio,Encarnación,Enrique,\
        Ernesto,Esperanza,Esteban,Esther,Eugenia,Eva,Federico,Felipe,Félix,Fernanda,Fernando,Francisca,\
        Francisco,Gabriel,Gabriela,Gloria,Gonzalo,Gregorio,Guillermo,Héctor,Hugo,Ignacio,Inés,Inmaculada,\
        Irene,Isabel,Iván,Jaime,Javier,Jesús,Joaquín,Jorge,José,Josefa,Juan,Juana,Julia,Julián,Julio,Laura,\
        Lidia,Lorena,Lorenzo,Lourdes,Lucas,Lucía,Luis,Luisa,Luz,Magdalena,Manuel,Manuela,Marcos,Margarita,\
        María,Mariano,Marina,Mario,Marta,Martín,Mateo,Mercedes,Miguel,Milagros,Miriam,Mónica,Montserrat,\
        Natalia,Nerea,Nicolás,Noelia,Nuria,Olga,Óscar,Pablo,Paloma,Patricia,Paula,Pedro,Pilar,Rafael,Ramón,\
        Raquel,Raúl,Ricardo,Roberto,Rocío,Rodrigo,Rosa,Rosario,Rubén,Salvador,Samuel,Sandra,Santiago,Sara,\
        Sebastián,Sergio,Silvia,Sofía,Sonia,Susana,Teresa,Tomás,Valentina,Vanesa,Verónica,Vicente,Víctor,\
        Victoria,Virginia,Yolanda",
    last_names: "Abad,Aguilar,Alonso,Álvarez,Andrés,Arias,Arroyo,Aznar,Ballesteros,Benito,Bermúdez,Blanco,Blázquez,\
        Bravo,Caballero,Cabrera,Calvo,Campos,Cano,Carmona,Carrasco,Castillo,Castro,Cortés,Crespo,Cruz,\
        Cuesta,Delgado,Díaz,Diez,Domínguez,Durán,Escudero,Espinosa,Esteban,Fernández,Ferrer,Flores,Fuentes,\
        Gallardo,Gallego,Garrido,García,Garza,Gil,Giménez,Gómez,González,Guerrero,Gutiérrez,Hernández,\
        Herrera,Herrero,Hidalgo,Ibáñez,Iglesias,Izquierdo,Jiménez,Lara,León,López,Lorenzo,Lozano,Luna,Marín,\
        Márquez,Martín,Martínez,Medina,Méndez,Merino,Molina,Montero,Montes,Mora,Morales,Moreno,Moya,Muñoz,\
        Navarro,Nieto,Núñez,Olmedo,Ortega,Ortiz,Parra,Pascual,Pastor,Peña,Pérez,Prieto,Ramírez,Ramos,\
        Redondo,Reyes,Rivera,Robles,Rodríguez,Rojas,Román,Romero,Rubio,Ruiz,Sáez,Sánchez,Santana,Santiago,\
        Santos,Sanz,Serrano,Soler,Soto,Suárez,Torres,Valero,Vargas,Vázquez,Vega,Velasco,Vicente,Vidal,Vila,\
        Zamora",
    streets: "Calle Mayor,Calle Real,Calle de la Iglesia,Calle del Sol,Calle Nueva,Calle Ancha,Calle de Alcalá,\
        Avenida de la Constitución,Plaza de España,Calle San Juan,Calle San José,Calle del Carmen,\
        Calle de la Fuente,Calle Cervantes,Calle Goya,Avenida de Andalucía,Paseo Marítimo,Calle Colón,\
        Calle de la Paz,Calle del Río,Calle Santa Ana,Calle de Toledo,Ronda Norte,Camino Viejo,Calle Larga,\
        Plaza Mayor,Calle de las Flores,Calle del Olivo",
    cities: "Madrid,Barcelona,Valencia,Sevilla,Zaragoza,Málaga,Murcia,Palma,Bilbao,Alicante,Córdoba,Valladolid,\
        Vigo,Gijón,Granada,Vitoria,Elche,Oviedo,Cartagena,Jerez,Pamplona,Almería,San Sebastián,Burgos,\
        Santander,Castellón,Albacete,Logroño,Badajoz,Salamanca,Huelva,Lleida,Tarragona,León,Cádiz,Jaén,\
        Ourense,Girona,Lugo,Cáceres,Toledo,Ávila",
    companies: "S.L.,S.A.,e Hijos,Hermanos,y Asociados,Grupo",
    phone: "+34 6## ### ###",
    postcode: "%####",
    number_first: false,
    postcode_last: false,
    last_name_first: false,
};
