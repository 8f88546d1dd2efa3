function [content, members] = crystal_content(crystal)
    %CRYSTAL_CONTENT   A crystal with the units of its numbers.
    %   CRYSTAL: the property of this name of force constants. MEMBERS: the same as members of a JSON
    %   file, see euphonic.internal.write_json.
    content = crystal;
    content.cell_vectors_unit = 'angstrom';
    content.atom_mass_unit = 'unified_atomic_mass_unit';
    n = crystal.n_atoms;
    members = {'cell_vectors', content.cell_vectors, [3 3]
               'cell_vectors_unit', content.cell_vectors_unit, []
               'n_atoms', n, []
               'atom_r', content.atom_r, [n 3]
               'atom_type', content.atom_type, []
               'atom_mass', content.atom_mass, n
               'atom_mass_unit', content.atom_mass_unit, []};
end
