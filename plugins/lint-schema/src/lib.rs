//! The bundled rules over a schema.
