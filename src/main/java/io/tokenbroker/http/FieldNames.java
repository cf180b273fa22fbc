package io.tokenbroker.http;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.FieldError;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Names the fields of a request that are not known before those that are missing: one that is misspelt is both. */
final class FieldNames extends BeanDeserializerModifier {

    private static final long serialVersionUID = 1;

    @Override
    public JsonDeserializer<?> modifyDeserializer(
            DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
        var type = bean.getBeanClass();
        return type.isRecord() && !type.isAnnotationPresent(JsonIgnoreProperties.class)
                ? new Checked(
                        deserializer,
                        bean.findProperties().stream()
                                .map(BeanPropertyDefinition::getName)
                                .collect(Collectors.toUnmodifiableSet()))
                : deserializer;
    }

    @SuppressWarnings("serial") // its set is serializable
    private static final class Checked extends DelegatingDeserializer {

        private static final long serialVersionUID = 1;

        /** A body may have thousands of them. */
        private static final int NAMED_AT_MOST = 10;

        private final Set<String> known;

        Checked(JsonDeserializer<?> checked, Set<String> known) {
            super(checked);
            this.known = known;
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> checked) {
            return new Checked(checked, known);
        }

        @Override
        public @Nullable Object deserialize(JsonParser json, DeserializationContext context) throws IOException {
            if (!json.hasToken(JsonToken.START_OBJECT)) {
                return super.deserialize(json, context);
            }
            ObjectNode object = context.readTree(json).require();
            var unknown = object.properties().stream()
                    .map(field -> field.getKey())
                    .filter(name -> !known.contains(name))
                    .limit(NAMED_AT_MOST)
                    .map(name -> FieldError.unknown(name, known))
                    .toList();
            if (unknown.isEmpty()) {
                return read(object, json, context);
            }
            var errors = Stream.concat(unknown.stream(), faultsOfTheRest(object.retain(known), json, context).stream())
                    .toList();
            throw JsonMappingException.from(json, "Unknown fields", BrokerException.invalidFields(errors));
        }

        private @Nullable Object read(ObjectNode object, JsonParser json, DeserializationContext context)
                throws IOException {
            var fields = object.traverse(json.getCodec());
            fields.nextToken();
            return super.deserialize(fields, context);
        }

        private List<FieldError> faultsOfTheRest(ObjectNode object, JsonParser json, DeserializationContext context)
                throws IOException {
            try {
                read(object, json, context);
                return List.of();
            } catch (JsonMappingException e) {
                return e.getCause() instanceof BrokerException rejected ? rejected.errors() : List.of();
            }
        }
    }
}
