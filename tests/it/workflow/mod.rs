mod runner;
mod template;
