// A table of as many columns as there can be.
#include "query/database.hpp"

using namespace query_tests;

namespace {

struct Wide {
    Id<Wide> id{};
    std::int64_t a_name_of_some_length_00{}, a_name_of_some_length_01{}, a_name_of_some_length_02{},
        a_name_of_some_length_03{}, a_name_of_some_length_04{}, a_name_of_some_length_05{},
        a_name_of_some_length_06{}, a_name_of_some_length_07{}, a_name_of_some_length_08{},
        a_name_of_some_length_09{};
    std::int64_t a_name_of_some_length_10{}, a_name_of_some_length_11{}, a_name_of_some_length_12{},
        a_name_of_some_length_13{}, a_name_of_some_length_14{}, a_name_of_some_length_15{},
        a_name_of_some_length_16{}, a_name_of_some_length_17{}, a_name_of_some_length_18{},
        a_name_of_some_length_19{};
    std::int64_t a_name_of_some_length_20{}, a_name_of_some_length_21{}, a_name_of_some_length_22{},
        a_name_of_some_length_23{}, a_name_of_some_length_24{}, a_name_of_some_length_25{},
        a_name_of_some_length_26{}, a_name_of_some_length_27{}, a_name_of_some_length_28{},
        a_name_of_some_length_29{};
    std::int64_t a_name_of_some_length_30{}, a_name_of_some_length_31{}, a_name_of_some_length_32{},
        a_name_of_some_length_33{}, a_name_of_some_length_34{}, a_name_of_some_length_35{},
        a_name_of_some_length_36{}, a_name_of_some_length_37{}, a_name_of_some_length_38{},
        a_name_of_some_length_39{};
    std::int64_t a_name_of_some_length_40{}, a_name_of_some_length_41{}, a_name_of_some_length_42{},
        a_name_of_some_length_43{}, a_name_of_some_length_44{}, a_name_of_some_length_45{},
        a_name_of_some_length_46{}, a_name_of_some_length_47{}, a_name_of_some_length_48{},
        a_name_of_some_length_49{};
    std::int64_t a_name_of_some_length_50{}, a_name_of_some_length_51{}, a_name_of_some_length_52{},
        a_name_of_some_length_53{}, a_name_of_some_length_54{}, a_name_of_some_length_55{},
        a_name_of_some_length_56{}, a_name_of_some_length_57{}, a_name_of_some_length_58{},
        a_name_of_some_length_59{};
    std::int64_t a_name_of_some_length_60{}, a_name_of_some_length_61{}, a_name_of_some_length_62{},
        a_name_of_some_length_63{}, a_name_of_some_length_64{}, a_name_of_some_length_65{},
        a_name_of_some_length_66{}, a_name_of_some_length_67{}, a_name_of_some_length_68{},
        a_name_of_some_length_69{};
    std::int64_t a_name_of_some_length_70{}, a_name_of_some_length_71{}, a_name_of_some_length_72{},
        a_name_of_some_length_73{}, a_name_of_some_length_74{}, a_name_of_some_length_75{},
        a_name_of_some_length_76{}, a_name_of_some_length_77{}, a_name_of_some_length_78{},
        a_name_of_some_length_79{};
    std::int64_t a_name_of_some_length_80{}, a_name_of_some_length_81{}, a_name_of_some_length_82{},
        a_name_of_some_length_83{}, a_name_of_some_length_84{}, a_name_of_some_length_85{},
        a_name_of_some_length_86{}, a_name_of_some_length_87{}, a_name_of_some_length_88{},
        a_name_of_some_length_89{};
    std::int64_t a_name_of_some_length_90{}, a_name_of_some_length_91{}, a_name_of_some_length_92{},
        a_name_of_some_length_93{}, a_name_of_some_length_94{}, a_name_of_some_length_95{},
        a_name_of_some_length_96{}, a_name_of_some_length_97{}, a_name_of_some_length_98{};
};
struct Wides : Schema<Table<"wide", Wide>> {};

} // namespace

TEST_CASE("a row of a hundred columns goes in, changes and comes back")
{
    auto connection = test::must(sqlite::Connection::open_memory());
    connection.set_incarnation(here);
    for (const SchemaObject& object : schema_info<Wides>().objects)
        test::must(connection.execute(std::string(object.sql).c_str()));

    Wide row;
    row.a_name_of_some_length_00 = 1;
    row.a_name_of_some_length_98 = 99;
    row.id = test::must(execute<Wides>(connection, insert(row)));
    row.a_name_of_some_length_50 = 51;
    CHECK(test::must(execute<Wides>(connection, update(row))) == 1);
    CHECK(test::must(execute<Wides>(connection, upsert(row))) == row.id);
    const auto found = test::must(
        execute<Wides>(connection, one(select<Wide>().where(col<&Wide::a_name_of_some_length_98> == 99))));
    CHECK(found.id == row.id);
    CHECK(found.a_name_of_some_length_00 == 1);
    CHECK(found.a_name_of_some_length_50 == 51);
    CHECK(found.a_name_of_some_length_97 == 0);
}
