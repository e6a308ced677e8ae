//! Laws that hold for all inputs, one module an area.

mod labels;
mod name;
mod quantity;
mod testing;
