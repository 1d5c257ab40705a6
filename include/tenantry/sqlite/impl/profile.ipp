#pragma once

#include <tenantry/sqlite/profile.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL Profile Profile::maintenance() noexcept
{
    Profile profile;
    profile.fences.attached = 1;
    profile.fences.authorizer = false;
    return profile;
}

} // namespace tenantry::sqlite
