// Proves: an exit's patience follows how long answers take, and it takes on as much work as one circuit may
// bring and its memory holds.
#include <boost/test/unit_test.hpp>
#include <vector>

#include "node/exit/admission.hpp"
#include "node/protocol/patience.hpp"

namespace catacomb::node {

BOOST_AUTO_TEST_SUITE(patience)

BOOST_AUTO_TEST_CASE(it_follows_how_long_answers_take) {
    Patience patience({seconds(1), milliseconds(300), seconds(4)});
    BOOST_TEST((patience.now() == seconds(1)));
    for (int i = 0; i < 200; ++i) patience.heard(milliseconds(100));
    BOOST_TEST((patience.now() == milliseconds(300)));
    for (int i = 0; i < 200; ++i) patience.heard(milliseconds(i % 2 ? 700 : 500));
    BOOST_TEST((patience.now() > milliseconds(700)));
    BOOST_TEST((patience.now() < milliseconds(1400)));
    for (int i = 0; i < 200; ++i) patience.heard(seconds(30));
    BOOST_TEST((patience.now() == seconds(4)));
    for (int i = 0; i < 400; ++i) patience.heard(milliseconds(400));
    BOOST_TEST((patience.now() < milliseconds(700)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(admission)

BOOST_AUTO_TEST_CASE(a_circuit_has_its_number_and_all_have_the_budget) {
    Admission admission(1000);
    std::vector<Admission::Place> places;
    const auto enter = [&](std::uint64_t circuit, int operation, std::size_t bytes) {
        auto place = admission.enter(circuit, operation, 2, bytes);
        if (place) places.push_back(std::move(*place));
        return place.has_value();
    };
    BOOST_TEST(enter(1, 1, 100));
    BOOST_TEST(enter(1, 1, 100));
    BOOST_TEST(!enter(1, 1, 100));  // its number
    BOOST_TEST(enter(1, 2, 100));   // of another operation
    BOOST_TEST(enter(2, 1, 100));   // of another circuit
    BOOST_TEST(!enter(3, 1, 601));  // the budget
    BOOST_TEST(enter(3, 1, 600));
    BOOST_TEST(!enter(4, 1, 1));
    BOOST_TEST(admission.held() == 1000u);
    places.pop_back();
    BOOST_TEST(enter(4, 1, 1));
    places.clear();
    BOOST_TEST(admission.held() == 0u);
    BOOST_TEST(enter(1, 1, 1000));
    BOOST_TEST(!enter(1, 1, ~std::size_t{0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
