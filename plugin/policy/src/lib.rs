//! policy
#![no_std]
