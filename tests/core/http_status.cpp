#include <tenantry/core/http_status.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "support/catch.hpp"

using namespace tenantry;
using namespace std::chrono_literals;

namespace {

HttpStatus status(errc code) { return http_status(Error(code, "/srv/fleet/acme: SELECT secret")); }

int constraint_code(ConstraintKind kind, ForeignKeySide side = ForeignKeySide::unknown)
{
    Error error(errc::constraint);
    error.with_constraint(Constraint{.kind = kind, .side = side, .table = "secret"});
    return http_status(error).code;
}

} // namespace

TEST_CASE("every error has an answer that may be shown to a stranger")
{
    constexpr std::array codes{400, 404, 409, 413, 422, 429, 500, 503};
    for (int i = 1; i <= static_cast<int>(errc::internal); ++i) {
        const HttpStatus answer = status(static_cast<errc>(i));
        CAPTURE(to_string(static_cast<errc>(i)), answer.code);
        CHECK(std::find(codes.begin(), codes.end(), answer.code) != codes.end());
        CHECK(answer.retry_after.has_value() == (answer.code == 429 || answer.code == 503));
        CHECK_FALSE(answer.text.empty());
        CHECK(answer.text.find("secret") == std::string_view::npos);
        CHECK(answer.text.find('/') == std::string_view::npos);
    }
    CHECK(status(static_cast<errc>(999)).code == 500);
}

TEST_CASE("an answer says whether to mend the request, to try again, or to give up")
{
    for (const errc code : {errc::invalid_tenant_id, errc::no_such_tenant, errc::wrong_tenant,
                            errc::invalid_id, errc::no_such_row})
        CHECK(status(code).code == 404);
    CHECK(status(errc::tenant_exists).code == 409);
    for (const errc code : {errc::invalid_argument, errc::invalid_json, errc::invalid_cursor})
        CHECK(status(code).code == 400);
    CHECK(status(errc::too_big).code == 413);
    CHECK(status(errc::overloaded).code == 429);
    CHECK(status(errc::overloaded).retry_after == 1s);
    for (const errc code :
         {errc::too_many_open, errc::timeout, errc::tenant_gone, errc::batch_aborted, errc::busy})
        CHECK((status(code).code == 503 && status(code).retry_after == 1s));
    for (const errc code : {errc::fleet_closed, errc::disk_full, errc::newer_schema})
        CHECK((status(code).code == 503 && status(code).retry_after == 10s));
    for (const errc code : {errc::unknown_outcome, errc::corrupt, errc::body_failed, errc::internal})
        CHECK(status(code).code == 500);

    CHECK(constraint_code(ConstraintKind::unique) == 409);
    CHECK(constraint_code(ConstraintKind::primary_key) == 409);
    CHECK(constraint_code(ConstraintKind::foreign_key, ForeignKeySide::child) == 422);
    CHECK(constraint_code(ConstraintKind::foreign_key, ForeignKeySide::parent) == 409);
    CHECK(constraint_code(ConstraintKind::foreign_key) == 409);
    for (const auto kind : {ConstraintKind::check, ConstraintKind::not_null, ConstraintKind::trigger,
                            ConstraintKind::datatype, ConstraintKind::other})
        CHECK(constraint_code(kind) == 422);
}
