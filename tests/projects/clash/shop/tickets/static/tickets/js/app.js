export const shop = "the shop's own";
