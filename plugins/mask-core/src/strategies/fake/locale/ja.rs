//! Japanese names, towns and forms of addresses, with their readings.

use super::Words;

pub const WORDS: Words = Words {
    first_names: "翔太=Shota,大輔=Daisuke,健太=Kenta,拓也=Takuya,直樹=Naoki,誠=Makoto,浩=Hiroshi,学=Manabu,剛=Tsuyoshi,大樹=Daiki,\
        健=Ken,亮=Ryo,和也=Kazuya,達也=Tatsuya,哲也=Tetsuya,翼=Tsubasa,隼人=Hayato,蓮=Ren,悠真=Yuma,湊=Minato,陽翔=Haruto,\
        樹=Itsuki,大翔=Hiroto,颯太=Sota,悠斗=Yuto,蒼=Aoi,律=Ritsu,新=Arata,暖=Dan,朝陽=Asahi,一郎=Ichiro,次郎=Jiro,三郎=Saburo,\
        清=Kiyoshi,実=Minoru,茂=Shigeru,勇=Isamu,正=Tadashi,進=Susumu,隆=Takashi,勝=Masaru,博=Hiroshi,昭=Akira,\
        豊=Yutaka,修=Osamu,稔=Minoru,聡=Satoshi,徹=Toru,智也=Tomoya,雄太=Yuta,裕太=Yuta,純=Jun,淳=Atsushi,太郎=Taro,\
        光=Hikaru,陸=Riku,海斗=Kaito,優斗=Yuto,駿=Shun,匠=Takumi,陽菜=Hina,結衣=Yui,葵=Aoi,凛=Rin,咲良=Sakura,美咲=Misaki,\
        愛=Ai,優子=Yuko,恵=Megumi,久美子=Kumiko,由美子=Yumiko,裕子=Yuko,明美=Akemi,真由美=Mayumi,直美=Naomi,智子=Tomoko,陽子=Yoko,\
        恵子=Keiko,洋子=Yoko,和子=Kazuko,幸子=Sachiko,節子=Setsuko,文子=Fumiko,京子=Kyoko,美穂=Miho,香織=Kaori,彩=Aya,舞=Mai,\
        千尋=Chihiro,遥=Haruka,七海=Nanami,美優=Miyu,莉子=Riko,芽依=Mei,紬=Tsumugi,心春=Koharu,杏=An,花=Hana,楓=Kaede,\
        茜=Akane,沙織=Saori,麻衣=Mai,絵美=Emi,友美=Tomomi,里奈=Rina,真央=Mao,萌=Moe,桃子=Momoko,瞳=Hitomi,綾香=Ayaka,奈々=Nana,\
        詩織=Shiori,千夏=Chinatsu,涼子=Ryoko,弘子=Hiroko,美和=Miwa,静香=Shizuka,早紀=Saki",
    last_names: "佐藤=Sato,鈴木=Suzuki,高橋=Takahashi,田中=Tanaka,伊藤=Ito,渡辺=Watanabe,山本=Yamamoto,中村=Nakamura,小林=Kobayashi,\
        加藤=Kato,吉田=Yoshida,山田=Yamada,佐々木=Sasaki,山口=Yamaguchi,松本=Matsumoto,井上=Inoue,木村=Kimura,林=Hayashi,\
        斎藤=Saito,清水=Shimizu,山崎=Yamazaki,森=Mori,池田=Ikeda,橋本=Hashimoto,阿部=Abe,石川=Ishikawa,山下=Yamashita,\
        中島=Nakajima,石井=Ishii,小川=Ogawa,前田=Maeda,岡田=Okada,長谷川=Hasegawa,藤田=Fujita,後藤=Goto,近藤=Kondo,村上=Murakami,\
        遠藤=Endo,青木=Aoki,坂本=Sakamoto,福田=Fukuda,太田=Ota,西村=Nishimura,藤井=Fujii,金子=Kaneko,岡本=Okamoto,藤原=Fujiwara,\
        三浦=Miura,中野=Nakano,中川=Nakagawa,原田=Harada,松田=Matsuda,竹内=Takeuchi,小野=Ono,田村=Tamura,中山=Nakayama,\
        和田=Wada,石田=Ishida,森田=Morita,上田=Ueda,原=Hara,柴田=Shibata,酒井=Sakai,工藤=Kudo,横山=Yokoyama,宮崎=Miyazaki,\
        宮本=Miyamoto,内田=Uchida,高木=Takagi,安藤=Ando,谷口=Taniguchi,大野=Ono,丸山=Maruyama,今井=Imai,河野=Kono,藤本=Fujimoto,\
        村田=Murata,武田=Takeda,上野=Ueno,杉山=Sugiyama,増田=Masuda,平野=Hirano,大塚=Otsuka,千葉=Chiba,久保=Kubo,松井=Matsui,\
        小島=Kojima,岩崎=Iwasaki,桜井=Sakurai,野口=Noguchi,松尾=Matsuo,野村=Nomura,木下=Kinoshita,菊地=Kikuchi,佐野=Sano,\
        大西=Onishi,杉本=Sugimoto,新井=Arai,浜田=Hamada,菅原=Sugawara,市川=Ichikawa,水野=Mizuno,小松=Komatsu,島田=Shimada,\
        古川=Furukawa,小山=Koyama,高田=Takada,西田=Nishida,菊池=Kikuchi,山内=Yamauchi,西川=Nishikawa,五十嵐=Igarashi,\
        北村=Kitamura,安田=Yasuda,中田=Nakata,川口=Kawaguchi,平田=Hirata,川崎=Kawasaki,飯田=Iida,吉川=Yoshikawa",
    streets: "中央通り,本町,栄町,桜通り,旭町,緑町,幸町,若葉町,東町,西町,南町,北町,大手町,新町,港町,駅前通り,松原,青葉台,富士見町,日の出町,泉町,川端町,寺町,花園町,元町",
    cities: "札幌市,仙台市,さいたま市,千葉市,横浜市,川崎市,相模原市,新潟市,静岡市,浜松市,名古屋市,京都市,大阪市,堺市,神戸市,岡山市,広島市,福岡市,北九州市,熊本市,金沢市,長野市,松本市,岐阜市,\
        奈良市,高松市,松山市,高知市,長崎市,大分市,鹿児島市,那覇市,青森市,盛岡市,秋田市,山形市",
    companies: "株式会社,有限会社,商店,工業,製作所",
    phone: "090-####-####",
    postcode: "%##-####",
    number_first: false,
    postcode_last: false,
    last_name_first: true,
};
