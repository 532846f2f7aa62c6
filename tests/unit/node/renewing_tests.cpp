// Proves: what a renewal claims is what vaults have signed for: block by block, and until when each segment
// can be read; what one exit leaves another is asked for, until one finds nothing more, at whichever step an
// exit breaks off.
#include <boost/test/unit_test.hpp>

#include "node/client/renewing.hpp"

namespace catacomb::node {
namespace {

constexpr auto kDay = hours(24);

// Segments of 14 of 42 blocks.
std::vector<storage::SegmentRef> some(std::size_t count) {
    storage::SegmentRef one;
    one.profile.k = 14;
    one.profile.n = 42;
    one.profile.block_class = storage::BlockClass::cells1;
    return std::vector(count, one);
}

Time day(int n) { return Time(n * kDay); }

RenewReport report_of(const Renewing& renewing) {
    RenewReport out;
    renewing.add_to(out);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(renewings)

BOOST_AUTO_TEST_CASE(one_exit_is_enough_where_all_is_renewed) {
    Renewing renewing(some(2));
    BOOST_REQUIRE(renewing.left().items.size() == 2U);
    BOOST_TEST(renewing.left().items[0].mask == all_of(42));
    renewing.renewed(0, all_of(42), day(30));
    BOOST_TEST(!renewing.is_over());
    renewing.renewed(1, all_of(42), day(31));
    renewing.answered();
    BOOST_TEST(renewing.is_over());
    BOOST_TEST(renewing.left().items.empty());
    const auto report = report_of(renewing);
    BOOST_TEST(report.blocks_renewed == 84U);
    BOOST_TEST(report.segments_short == 0U);
    BOOST_TEST((report.lease_end == day(30)));
}

// The k-th longest lease of a segment says until when it can be read; the shortest segment, the file.
BOOST_AUTO_TEST_CASE(until_when_it_can_be_read) {
    Renewing renewing(some(2));
    renewing.renewed(0, all_of(13), day(30));
    renewing.renewed(0, all_of(42) & ~all_of(13), day(9));
    renewing.renewed(1, all_of(14), day(20));
    renewing.renewed(1, bit(0), day(12));  // of two copies the longer lease counts
    auto report = report_of(renewing);
    BOOST_TEST((report.lease_end == day(9)));
    BOOST_TEST((report.first_lease_end == day(9)));
    BOOST_TEST(report.least_renewed == 14U);
    BOOST_TEST(report.least_needed == 14U);
    renewing.renewed(0, bit(20), day(25));
    report = report_of(renewing);
    BOOST_TEST((report.lease_end == day(20)));
    BOOST_TEST((report.first_lease_end == day(9)));
}

BOOST_AUTO_TEST_CASE(a_segment_that_is_short_makes_no_promise) {
    Renewing renewing(some(2));
    renewing.renewed(0, all_of(42), day(30));
    renewing.renewed(1, all_of(13), day(30));
    renewing.absent(1, bit(20) | bit(21));
    auto report = report_of(renewing);
    BOOST_TEST(report.segments_short == 1U);
    BOOST_TEST(report.blocks_absent == 2U);
    BOOST_TEST(!report.lease_end.has_value());
    BOOST_TEST((report.first_lease_end == day(30)));
    // Nor does a file of which that segment is a part.
    Renewing rest(some(1));
    rest.renewed(0, all_of(42), day(30));
    rest.add_to(report);
    BOOST_TEST(!report.lease_end.has_value());
    BOOST_TEST(report.segments == 3U);
    BOOST_TEST(report.least_renewed == 13U);
}

BOOST_AUTO_TEST_CASE(what_one_exit_leaves_another_is_asked_for) {
    Renewing renewing(some(1));
    renewing.renewed(0, all_of(10), day(30));
    renewing.answered();
    BOOST_TEST(!renewing.is_over());
    BOOST_TEST(renewing.left().items.front().mask == (all_of(42) & ~all_of(10)));
    renewing.renewed(0, all_of(20), day(30));
    renewing.answered();
    BOOST_TEST(!renewing.is_over());  // the second found more: perhaps a third does
    renewing.answered();
    BOOST_TEST(renewing.is_over());
    BOOST_TEST(renewing.was_heard());
}

// At each step of the same conversation the exit breaks off instead: that is no word that blocks are gone.
BOOST_AUTO_TEST_CASE(an_exit_that_breaks_off_says_nothing) {
    for (int failing = 0; failing < 3; ++failing) {
        Renewing renewing(some(1));
        for (int step = 0; step < 3; ++step) {
            if (step < 2) renewing.renewed(0, all_of(10U * static_cast<unsigned>(step + 1)), day(30));
            if (step == failing) {
                renewing.broke_off();
            } else {
                renewing.answered();
            }
        }
        // Broken off at the last step, nobody has confirmed that the rest is gone.
        BOOST_TEST(renewing.is_over() == (failing != 2), "broke off at step " << failing);
    }
    Renewing nobody(some(1));
    for (unsigned i = 0; i < Renewing::kMostAsked; ++i) {
        BOOST_TEST(!nobody.is_over());
        nobody.broke_off();
    }
    BOOST_TEST(nobody.is_over());
    BOOST_TEST(!nobody.was_heard());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
