#define BOOST_TEST_MODULE catacomb
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"

struct InitialiseCrypto {
    InitialiseCrypto() { catacomb::crypto::initialise(); }
};
BOOST_TEST_GLOBAL_FIXTURE(InitialiseCrypto);
