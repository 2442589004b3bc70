package io.subrelay.mapping;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.function.UnaryOperator;
import net.thisptr.jackson.jq.Expression;

/** The parsed form of jq, for which the library has no visitor: walked and rewritten by the fields of its nodes. */
final class JqTree {

    private JqTree() {
    }

    /**
     * Replaces the nodes of a tree in place, parts before the whole.
     *
     * @param  replacement gives what is to be there instead of a node, or the node itself
     * @return             what is to be there instead of the tree
     */
    static Object rewrite(Object node, UnaryOperator<Object> replacement) {
        if (node instanceof List<?>) {
            @SuppressWarnings("unchecked")
            List<Object> nodes = (List<Object>) node;
            for (int i = 0; i < nodes.size(); i++) {
                Object old = nodes.get(i);
                Object part = rewrite(old, replacement);
                if (part != old) {
                    nodes.set(i, part);
                }
            }
            return nodes;
        }
        if (node == null || node instanceof Enum
                || !node.getClass().getName().startsWith(Expression.class.getPackageName())) {
            return node;
        }
        for (Class<?> type = node.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    rewrite(node, field, replacement);
                }
            }
        }
        return replacement.apply(node);
    }

    private static void rewrite(Object node, Field field, UnaryOperator<Object> replacement) {
        field.setAccessible(true);
        Object old = read(node, field);
        Object part = rewrite(old, replacement);
        if (part != old) {
            try {
                field.set(node, part);
            } catch (IllegalAccessException e) {
                // a JDK that keeps final fields as they are: so it stays the library's part
            }
        }
    }

    private static Object read(Object node, Field field) {
        try {
            return field.get(node);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a field of a node holds that the library keeps to itself. */
    @SuppressWarnings("unchecked")
    static <T> T get(Object node, String name) {
        for (Class<?> type = node.getClass(); type != null; type = type.getSuperclass()) {
            try {
                Field field = type.getDeclaredField(name);
                field.setAccessible(true);
                return (T) read(node, field);
            } catch (NoSuchFieldException e) {
                // perhaps its parent's
            }
        }
        throw new IllegalStateException(node.getClass() + " has no " + name);
    }
}
