/** Holds the documents: their code blocks, links, operations, settings and the tests that they name. */
@NullMarked
package io.tokenbroker.docs;

import org.jspecify.annotations.NullMarked;
