/**
 * The fault harness: the packaged broker as a process, accounts of both kinds linked at the stand-ins, and one fault
 * after another. {@link io.tokenbroker.faults.Plan} lists the faults, {@link io.tokenbroker.faults.Trials} puts accounts
 * through one and judges what became of them, {@link io.tokenbroker.faults.World} is where that happens.
 */
@NullMarked
package io.tokenbroker.faults;

import org.jspecify.annotations.NullMarked;
