#include <iostream>

#include "crypto/random.hpp"
#include "tools/api_client/terminal.hpp"
#include "tools/catacomb/command_line.hpp"

int main(int argc, char** argv) {
    try {
        catacomb::crypto::initialise();
        return catacomb::cli::finish_output(catacomb::cli::run_command_line(argc, argv));
    } catch (const std::exception& e) {
        std::cerr << "catacomb: cannot go on: " << e.what() << std::endl;
        return 70;  // EX_SOFTWARE: a bug, or out of memory
    }
}
