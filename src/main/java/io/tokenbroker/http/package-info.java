/**
 * The edge, where HTTP comes in: what is refused before anything reads it, bodies as they are read, headers and labels of
 * every answer.
 *
 * <pre>
 *  a request
 *      │
 *  MetricLabels      a known path, or one name for all others
 *  EveryAnswer       request id, no-store
 *  RequestHeads      400, 431
 *  RequestBodies     413, 415; the body is in memory from here
 *      │
 *    CORS ─────────► CachedMints (mint)     answers what memory can
 *      │
 *  BusyConnections   from here an answer may take time
 *      │
 *  authentication, REST routing
 *      │
 *  QueryNames        400
 *  StrictJson, FieldNames   the body as a record
 *      │
 *  a resource
 * </pre>
 *
 * <p>{@code HttpFailures} answers what fails on the way before REST, {@code ProblemMappers} of {@code problem} the rest.
 */
@NullMarked
package io.tokenbroker.http;

import org.jspecify.annotations.NullMarked;
