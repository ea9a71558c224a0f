"""How a spec becomes a run: read, plan, execute on Beam, keep."""
