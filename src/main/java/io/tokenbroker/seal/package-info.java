/** Secrets that cannot print themselves, and values that only this broker can open again. */
@NullMarked
package io.tokenbroker.seal;

import org.jspecify.annotations.NullMarked;
