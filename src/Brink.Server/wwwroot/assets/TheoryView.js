import{b as r}from"./index.js";function h(e){return r("h1",{children:"Theory"})}export{h as TheoryView};
