"""融通 Rongtong: where large and small enterprises share market, capital, technology and information."""
