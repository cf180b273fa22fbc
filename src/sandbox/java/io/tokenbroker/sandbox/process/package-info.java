/** The packaged broker as a process beside the sandbox. */
@NullMarked
package io.tokenbroker.sandbox.process;

import org.jspecify.annotations.NullMarked;
