// expect: tenantry: this column is in a key or an index
#include <tenantry/schema/generated.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>
#include <tenantry/schema/without_rowid.hpp>
#include <tenantry/tenant/tenant_db.hpp>

using namespace tenantry;

struct File {
    Id<File> id{};
    std::string name{};
    std::vector<std::byte> digest{};
    std::vector<std::byte> content{};
    std::vector<std::byte> copy{};
    std::vector<std::byte> copied{};
};
struct Part {
    std::string name{};
    std::vector<std::byte> content{};
};
inline constexpr auto twice = col<&File::copied>;
struct Files : Schema<Table<"file", File, Unique<&File::digest>, Generated<&File::copy, twice>>,
                      Table<"part", Part, PrimaryKey<&Part::name>, WithoutRowid>> {};

Result<void> run(TenantDb<Files> db, Key<File, Files> key)
{
    auto body = [&](auto& tx) -> Result<void> {
#ifdef TENANTRY_BROKEN
        auto blob = tx.blob(col<&File::digest>, key);
#else
        auto blob = tx.blob(col<&File::content>, key);
#endif
        if (!blob) return tl::unexpected(blob.error());
        std::byte one{};
        static_cast<void>(key);
        return blob->write(0, std::span(&one, 1));
    };
    return db.write(body);
}
