// A counter that is one higher for the length of a scope.
#pragma once

namespace tenantry::detail {

class Raised {
public:
    explicit Raised(unsigned& count) noexcept : count_(count) { ++count_; }
    Raised(const Raised&) = delete;
    Raised& operator=(const Raised&) = delete;
    ~Raised() { --count_; }

private:
    unsigned& count_;
};

} // namespace tenantry::detail
