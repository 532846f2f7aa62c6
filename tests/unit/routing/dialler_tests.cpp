// Proves: a relay's addresses are dialled in order, the next beside a slow one and at once after a failed
// one; only the relay itself ends the search, once; and at each step a failure leads to the next address or
// to an error that says why.
#include "routing/link/dialler.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::routing {
namespace {

constexpr Time kNow = Time(hours(24 * 365 * 50));
const Endpoint kFirst = Endpoint::v4(0x08080808, 4000), kSecond = Endpoint::v4(0x09090909, 4000),
               kThird = Endpoint::v4(0x0b0b0b0b, 4000), kPrivate = Endpoint::v4(0x0a000001, 4000);

crypto::AgreePublic key(std::uint8_t of) {
    crypto::AgreePublic out;
    out.bytes[0] = of;
    return out;
}

struct Dialling {
    Dialler dialler{{kFirst, kSecond, kThird}, key(1), false};

    void fails(Code why = Code::unreachable) { dialler.failed(error(why, "the reason")); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dialler_decisions, Dialling)

BOOST_AUTO_TEST_CASE(the_first_that_answers_ends_it) {
    BOOST_TEST((dialler.next(kNow) == kFirst));
    BOOST_TEST(!dialler.next(kNow).has_value());
    BOOST_TEST(dialler.met(kFirst, key(1)));
    BOOST_TEST(dialler.is_over());
    BOOST_TEST(!dialler.next(kNow + minutes(1)).has_value());
}

BOOST_AUTO_TEST_CASE(a_slow_one_gets_company) {
    BOOST_TEST((dialler.next(kNow) == kFirst));
    BOOST_TEST((dialler.wake() == kNow + Dialler::kBesideAfter));
    BOOST_TEST(!dialler.next(dialler.wake() - microseconds(1)).has_value());
    BOOST_TEST((dialler.next(kNow + Dialler::kBesideAfter) == kSecond));
    BOOST_TEST(!dialler.next(kNow + Dialler::kBesideAfter).has_value());
    BOOST_TEST((dialler.next(kNow + 2 * Dialler::kBesideAfter) == kThird));
    BOOST_TEST((dialler.wake() == kNever));
    BOOST_TEST(dialler.met(kSecond, key(1)));
    BOOST_TEST(!dialler.met(kFirst, key(1)));  // the same relay, late: one link is enough
    fails();                                   // and the third
    BOOST_TEST(dialler.is_over());
}

BOOST_AUTO_TEST_CASE(each_failure_leads_to_the_next_and_the_last_to_its_reason) {
    for (const auto& address : {kFirst, kSecond, kThird}) {
        BOOST_TEST(!dialler.is_over());
        BOOST_TEST((dialler.next(kNow) == address));
        fails();
    }
    BOOST_TEST((dialler.is_over() && !dialler.next(kNow).has_value()));
    BOOST_TEST(dialler.failure().message == "the reason");
}

BOOST_AUTO_TEST_CASE(it_is_not_over_while_one_is_under_way) {
    Dialler two({kFirst, kSecond}, key(1), false);
    BOOST_TEST((two.next(kNow) == kFirst));
    BOOST_TEST((two.next(kNow + Dialler::kBesideAfter) == kSecond));
    two.failed(error(Code::unreachable));
    BOOST_TEST(!two.is_over());
    BOOST_TEST(two.met(kFirst, key(1)));
    BOOST_TEST(two.is_over());
}

BOOST_AUTO_TEST_CASE(another_node_at_its_address_is_not_the_relay) {
    BOOST_TEST((dialler.next(kNow) == kFirst));
    BOOST_TEST(!dialler.met(kFirst, key(2)));
    BOOST_TEST(!dialler.is_over());
    BOOST_TEST((dialler.next(kNow) == kSecond));
    fails();
    BOOST_TEST((dialler.next(kNow) == kThird));
    BOOST_TEST(!dialler.met(kThird, key(2)));
    BOOST_TEST(dialler.is_over());
    BOOST_TEST(dialler.failure().is(Code::unreachable));
}

BOOST_AUTO_TEST_CASE(private_addresses_are_dialled_where_they_are_allowed) {
    Dialler nowhere({kPrivate}, key(1), false);
    BOOST_TEST(nowhere.is_over());
    BOOST_TEST(nowhere.failure().is(Code::unreachable));
    Dialler there({kPrivate}, key(1), true);
    BOOST_TEST((there.next(kNow) == kPrivate));
}

// What refuses us at its address is no answer of the relay; what is short on our side stays so.
BOOST_AUTO_TEST_CASE(a_refusal_there_means_that_it_was_not_reached) {
    for (const auto& [why, told] : {std::pair{Code::refused, Code::unreachable},
                                    {Code::corrupt, Code::unreachable},
                                    {Code::malformed, Code::unreachable},
                                    {Code::unreachable, Code::unreachable},
                                    {Code::timed_out, Code::timed_out},
                                    {Code::limit, Code::limit},
                                    {Code::closed, Code::closed}}) {
        Dialler one({kFirst}, key(1), false);
        BOOST_TEST((one.next(kNow) == kFirst));
        one.failed(error(why, "the reason"));
        BOOST_TEST((one.failure().code == told));
        BOOST_TEST(one.failure().message == "the reason");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
