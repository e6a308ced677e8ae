//! Laws that hold for all inputs, one module an area.

mod labels;
mod name;
mod patch;
mod quantity;
mod testing;
