#include <iostream>

#include "crypto/random.hpp"
#include "tools/api_client/terminal.hpp"
#include "tools/catacomb/command_line.hpp"
#include "tools/catacomb/process.hpp"

int main(int argc, char** argv) {
    catacomb::cli::claim_standard_descriptors();
    catacomb::cli::keep_out_of_core_dumps();
    try {
        catacomb::crypto::initialise();
        static_cast<void>(catacomb::cli::raise_open_files(0));
        return catacomb::cli::finish_output(catacomb::cli::run_command_line(argc, argv));
    } catch (const std::exception& e) {
        std::cerr << "catacomb: cannot go on: " << e.what() << std::endl;
        return 70;  // EX_SOFTWARE: a bug, or out of memory
    }
}
