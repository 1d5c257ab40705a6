// expect: tenantry: blob\(\) takes a column and a key
#include <tenantry/tenant/tenant_db.hpp>

#include "support/blobs.hpp"

Result<void> run(TenantDb<Files> db, Key<File, Files> key)
{
    auto body = [&](auto& tx) -> Result<void> {
#ifdef TENANTRY_BROKEN
        auto blob = tx.blob(5, key);
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
