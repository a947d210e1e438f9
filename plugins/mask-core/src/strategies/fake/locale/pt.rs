//! Portuguese names, towns and forms of addresses.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Abel,Adelaide,Adriana,Afonso,Alberto,Alexandra,Alexandre,Alice,Alzira,Amélia,Ana,Anabela,André,\
        Andreia,Ângela,Aníbal,Antónia,António,Armando,Artur,Augusto,Aurora,Beatriz,Benedita,Bernardo,Bianca,\
        Bruna,Bruno,Camila,Carla,Carlos,Carlota,Carolina,Catarina,Cátia,Cecília,César,Clara,Cláudia,\
        Conceição,Constança,Cristiano,Cristina,Daniel,Daniela,David,Débora,Diana,Dinis,Diogo,Domingos,\
        Duarte,Edgar,Eduarda,Eduardo,Elisa,Elsa,Emília,Ernesto,Estela,Eva,Fábio,Fátima,Fernanda,Fernando,\
        Filipa,Filipe,Filomena,Flávio,Francisca,Francisco,Gabriel,Gabriela,Gaspar,Gil,Gonçalo,Graça,\
        Guilherme,Gustavo,Helena,Hélder,Henrique,Hugo,Inês,Irene,Isabel,Isaura,Ivo,Jaime,Joana,João,Joaquim,\
        Jorge,José,Júlia,Júlio,Lara,Laura,Leonor,Letícia,Lídia,Lourenço,Lúcia,Luís,Luísa,Madalena,Mafalda,\
        Manuel,Manuela,Marco,Margarida,Maria,Mariana,Mário,Marta,Martim,Mateus,Matilde,Maurício,Micaela,\
        Miguel,Mónica,Natália,Nélson,Nuno,Olga,Olívia,Paula,Paulo,Pedro,Rafael,Rafaela,Raquel,Raul,Renato,\
        Ricardo,Rita,Roberto,Rodrigo,Rosa,Rui,Salvador,Samuel,Sandra,Santiago,Sara,Sérgio,Sílvia,Simão,\
        Sofia,Sónia,Susana,Tatiana,Telma,Teresa,Tiago,Tomás,Valentim,Vânia,Vasco,Vera,Vicente,Vítor,Xavier",
    last_names: "Abreu,Afonso,Aguiar,Almeida,Alves,Amaral,Andrade,Antunes,Araújo,Assunção,Azevedo,Baptista,Barbosa,\
        Barros,Batista,Bento,Borges,Braga,Branco,Brito,Cabral,Caetano,Campos,Cardoso,Carneiro,Carvalho,\
        Castro,Coelho,Cordeiro,Correia,Costa,Coutinho,Cruz,Cunha,Dias,Domingues,Duarte,Esteves,Faria,\
        Fernandes,Ferraz,Ferreira,Figueiredo,Fonseca,Freitas,Garcia,Gaspar,Gomes,Gonçalves,Guerra,Guerreiro,\
        Henriques,Jesus,Lemos,Leite,Lima,Lobo,Lopes,Loureiro,Lourenço,Macedo,Machado,Magalhães,Maia,Marques,\
        Martins,Matias,Matos,Melo,Mendes,Mendonça,Mesquita,Miranda,Monteiro,Morais,Moreira,Mota,Moura,\
        Nascimento,Neto,Neves,Nogueira,Nunes,Oliveira,Pacheco,Paiva,Pereira,Pimenta,Pinheiro,Pinho,Pinto,\
        Pires,Ramos,Raposo,Rebelo,Reis,Ribeiro,Rocha,Rodrigues,Sá,Salgado,Sampaio,Santana,Santos,Seabra,\
        Sequeira,Serra,Silva,Silveira,Simões,Soares,Sousa,Tavares,Teixeira,Torres,Valente,Vaz,Veiga,Ventura,\
        Viana,Vicente,Vieira,Xavier",
    streets: "Rua da Igreja,Rua Direita,Rua Nova,Rua da Escola,Rua do Sol,Avenida da Liberdade,Rua das Flores,\
        Rua de Santo António,Rua 25 de Abril,Rua da Fonte,Largo da Praça,Rua do Comércio,Rua Luís de Camões,\
        Rua do Outeiro,Travessa do Monte,Rua da Paz,Rua do Moinho,Rua Principal,Avenida da República,\
        Rua do Castelo,Rua dos Pinheiros,Rua da Estação,Rua do Rio,Rua Vasco da Gama,Rua da Misericórdia,\
        Rua das Oliveiras",
    cities: "Lisboa,Porto,Braga,Coimbra,Funchal,Setúbal,Aveiro,Évora,Faro,Leiria,Viseu,Guimarães,Amadora,Almada,\
        Barreiro,Beja,Bragança,Caldas da Rainha,Cascais,Castelo Branco,Chaves,Covilhã,Elvas,Espinho,\
        Estremoz,Figueira da Foz,Guarda,Lagos,Lamego,Loulé,Matosinhos,Ovar,Penafiel,Portalegre,Portimão,\
        Santarém,Sintra,Tavira,Tomar,Viana do Castelo,Vila Real",
    companies: "Lda.,S.A.,& Filhos,Irmãos,e Associados,Unipessoal",
    phone: "+351 9## ### ###",
    postcode: "%###-###",
    number_first: false,
    postcode_last: false,
    last_name_first: false,
};
