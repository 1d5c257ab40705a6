// Help for the tests of programs that use tenantry, with any test framework: fleets and tenants that clean up after
// themselves, rows, a clock, checks. It has all that runs a fleet (<tenantry/fleet/open.hpp>); parts can be included alone.
#pragma once

#include <tenantry/testing/add.hpp>
#include <tenantry/testing/checks.hpp>
#include <tenantry/testing/manual_clock.hpp>
#include <tenantry/testing/memory_tenant.hpp>
#include <tenantry/testing/temporary_directory.hpp>
#include <tenantry/testing/temporary_fleet.hpp>
#include <tenantry/testing/wait_for.hpp>
