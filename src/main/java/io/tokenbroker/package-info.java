@NullMarked
package io.tokenbroker;

import org.jspecify.annotations.NullMarked;
