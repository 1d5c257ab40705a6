// One of two translation units that include and use everything: what a header defines must be inline.
#include "use.hpp"

namespace odr {

Singletons singletons_of_first() { return look_at_singletons(); }

Result<Seen> use_everything_in_first(const std::filesystem::path& root) { return use_everything(root); }

} // namespace odr
