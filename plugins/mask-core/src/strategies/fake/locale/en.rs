//! English names, towns of the United States and forms of addresses there.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "Aaron,Abigail,Adam,Adrian,Alan,Albert,Alexander,Alice,Alison,Amanda,Amber,Amy,Andrea,Andrew,Angela,\
        Ann,Anna,Anthony,Arthur,Ashley,Audrey,Barbara,Benjamin,Beth,Betty,Beverly,Brandon,Brenda,Brian,\
        Bruce,Caleb,Carl,Carol,Caroline,Catherine,Charles,Charlotte,Chloe,Christina,Christopher,Claire,\
        Colin,Craig,Cynthia,Daisy,Daniel,David,Deborah,Dennis,Diana,Donald,Dorothy,Douglas,Dylan,Edward,\
        Eleanor,Elizabeth,Ella,Emily,Emma,Eric,Ethan,Evelyn,Fiona,Florence,Frances,Frank,Gareth,Gary,George,\
        Gerald,Gloria,Grace,Graham,Gregory,Hannah,Harold,Harriet,Harry,Heather,Helen,Henry,Holly,Howard,\
        Hugh,Ian,Irene,Isaac,Isabel,Jack,Jacob,James,Jane,Janet,Jason,Jean,Jennifer,Jeremy,Jessica,Joan,\
        Joel,John,Jonathan,Jordan,Joseph,Joshua,Joyce,Judith,Julia,Justin,Karen,Katherine,Keith,Kelly,\
        Kenneth,Kevin,Kimberly,Kyle,Laura,Lauren,Lawrence,Leah,Leonard,Lewis,Liam,Linda,Lisa,Louise,Lucas,\
        Lucy,Luke,Margaret,Maria,Marion,Mark,Martha,Martin,Mary,Matthew,Megan,Melissa,Michael,Michelle,\
        Molly,Nancy,Naomi,Natalie,Nathan,Neil,Nicholas,Nicole,Nigel,Noah,Nora,Norman,Oliver,Olivia,Oscar,\
        Owen,Pamela,Patricia,Patrick,Paul,Paula,Peter,Philip,Phoebe,Rachel,Ralph,Raymond,Rebecca,Richard,\
        Robert,Robin,Roger,Ronald,Rose,Roy,Russell,Ruth,Ryan,Samantha,Samuel,Sandra,Sarah,Scott,Sean,Sharon,\
        Shirley,Simon,Sophie,Stella,Stephen,Steven,Stuart,Susan,Sylvia,Teresa,Theodore,Thomas,Timothy,Tracy,\
        Trevor,Tyler,Valerie,Vanessa,Victor,Victoria,Vincent,Violet,Virginia,Walter,Wayne,Wendy,William,\
        Zachary,Zoe",
    last_names: "Adams,Allen,Anderson,Andrews,Armstrong,Arnold,Atkinson,Austin,Bailey,Baker,Ball,Banks,Barker,Barnes,\
        Barrett,Bates,Baxter,Bell,Bennett,Berry,Bishop,Black,Blake,Bond,Booth,Bowen,Boyd,Bradley,Brady,\
        Brooks,Brown,Bryant,Burgess,Burke,Burns,Burton,Butler,Byrne,Cameron,Campbell,Carpenter,Carr,Carroll,\
        Carter,Chambers,Chapman,Clark,Clayton,Cole,Coleman,Collins,Cook,Cooper,Cox,Crawford,Cross,\
        Cunningham,Curtis,Dalton,Daniels,Davidson,Davies,Davis,Dawson,Day,Dean,Dixon,Doyle,Duncan,Dunn,\
        Edwards,Elliott,Ellis,Evans,Farrell,Ferguson,Fisher,Fletcher,Ford,Foster,Fowler,Fox,Francis,\
        Franklin,Fraser,Freeman,Fuller,Gardner,George,Gibson,Gilbert,Gill,Gordon,Graham,Grant,Graves,Gray,\
        Green,Greene,Griffin,Griffiths,Hall,Hamilton,Harding,Harper,Harris,Harrison,Hart,Harvey,Hawkins,\
        Hayes,Henderson,Henry,Hill,Hodges,Holland,Holmes,Hopkins,Howard,Howell,Hudson,Hughes,Hunt,Hunter,\
        Hurst,Ingram,Jackson,Jacobs,James,Jenkins,Jennings,Johnson,Johnston,Jones,Jordan,Joyce,Kelly,\
        Kennedy,Kent,King,Knight,Lambert,Lane,Larson,Lawrence,Lawson,Lee,Lewis,Lloyd,Long,Lowe,Lynch,Marsh,\
        Marshall,Martin,Mason,Matthews,May,McDonald,McKenzie,Miles,Miller,Mills,Mitchell,Moore,Morgan,\
        Morris,Morton,Moss,Murphy,Murray,Nelson,Newman,Newton,Nichols,Nolan,Norman,Norris,Oliver,Osborne,\
        Owen,Page,Palmer,Parker,Parsons,Patterson,Payne,Pearson,Perkins,Perry,Peters,Phillips,Pierce,Poole,\
        Porter,Potter,Powell,Powers,Pratt,Price,Quinn,Ramsey,Reed,Reid,Reynolds,Rhodes,Rice,Richards,\
        Richardson,Riley,Roberts,Robertson,Robinson,Rogers,Rose,Ross,Russell,Ryan,Sanders,Saunders,Scott,\
        Sharp,Shaw,Shepherd,Simmons,Simpson,Sinclair,Skinner,Slater,Smith,Snyder,Spencer,Stanley,Stephens,\
        Stevens,Stewart,Stone,Sutton,Taylor,Thomas,Thompson,Thornton,Todd,Tucker,Turner,Tyler,Vaughan,Wade,\
        Walker,Wallace,Walsh,Walters,Ward,Warner,Warren,Watkins,Watson,Watts,Weaver,Webb,Webster,Wells,West,\
        Wheeler,White,Williams,Willis,Wilson,Wood,Woods,Wright,Yates,Young",
    streets: "Maple Street,Oak Avenue,Pine Street,Cedar Lane,Elm Street,Park Avenue,Main Street,Church Street,\
        High Street,Mill Road,Lake View Drive,Hill Road,River Road,Sunset Drive,Washington Street,\
        Lincoln Avenue,Jefferson Street,Franklin Avenue,School Lane,Station Road,Chestnut Street,\
        Walnut Street,Spruce Street,Willow Way,Meadow Lane,Forest Drive,Spring Street,Prospect Avenue,\
        Highland Avenue,Valley Road,Orchard Lane,Garden Street,Bridge Street,Market Street,Union Street,\
        Liberty Street,Grove Street,Cherry Lane,Ridge Road,Country Club Road",
    cities: "Springfield,Riverside,Franklin,Greenville,Bristol,Clinton,Fairview,Salem,Madison,Georgetown,\
        Arlington,Ashland,Dover,Oxford,Jackson,Burlington,Manchester,Milton,Newport,Auburn,Centerville,\
        Clayton,Dayton,Lexington,Milford,Winchester,Cleveland,Hudson,Kingston,Riverton,Lebanon,Oakland,\
        Marion,Chester,Jamestown,Hamilton,Monroe,Florence,Portland,Lancaster,Concord,Albany,Richmond,\
        Cambridge,Plymouth",
    companies: "Ltd,Inc,LLC,Group,Partners,& Sons,Brothers,Associates",
    phone: "+1 555 555 01##",
    postcode: "%####",
    number_first: true,
    postcode_last: true,
    last_name_first: false,
};
