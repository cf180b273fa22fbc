/** What the stand-in of Entra promises to those who test against it. */
@NullMarked
package io.tokenbroker.sandbox.entra;

import org.jspecify.annotations.NullMarked;
