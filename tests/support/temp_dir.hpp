// A directory for one test, gone with it.
#pragma once

#include <tenantry/testing/temporary_directory.hpp>

namespace tenantry::test {

using TempDir = testing::TemporaryDirectory;

} // namespace tenantry::test
