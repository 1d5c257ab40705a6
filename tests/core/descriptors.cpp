#include <tenantry/core/descriptors.hpp>

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>

#include <tenantry/core/detail/files.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;

TEST_CASE("the soft limit is raised to the hard one, on request")
{
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit low = before;
    low.rlim_cur = 200;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    CHECK(descriptor_limit() == 200);
    const auto raised = test::must(raise_descriptor_limit());
    CHECK(raised == descriptor_limit());
    rlimit now{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &now) == 0);
    CHECK(now.rlim_cur == before.rlim_max);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("so many tenants fit into so many descriptors")
{
    CHECK(detail::tenants_for(0) == 1);
    CHECK(detail::tenants_for(70) == 1);
    CHECK(detail::tenants_for(1024) == 137);
    CHECK(detail::tenants_for(25'000) > 3000);
    CHECK(detail::tenants_for(1'000'000'000) == 4096);
    for (std::size_t limit = 100; limit < 10'000; limit += 7)
        CHECK(detail::tenants_for(limit) * 7 + 64 <= limit);
}

TEST_CASE("where no descriptor is left, the error says what can be done")
{
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const int opened = ::open("/", O_RDONLY | O_CLOEXEC); // nothing else: sanitizers need descriptors, too
    const int number = errno;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE(opened == -1);
    const Error error = detail::system_error(number, "opening", "/");
    CHECK(error == errc::io_error);
    const std::string said(error.message());
    CHECK(said.find("raise_descriptor_limit()") != std::string::npos);
    CHECK(said.find("FleetOptions::max_open") != std::string::npos);
}
