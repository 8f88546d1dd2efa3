function [content, members] = model_content(caller, fc)
    %MODEL_CONTENT   Force constants as the struct of euphonic.ForceConstants.from_dict.
    %   MEMBERS: the same as members of a JSON file, see euphonic.internal.write_json.
    fc.need_model(caller);
    content = struct('crystal', [], 'sc_matrix', fc.sc_matrix, 'n_cells_in_sc', fc.n_cells);
    [content.cell_origins, content.force_constants] = fc.supercell();
    content.force_constants_unit = 'hartree / bohr ** 2';
    [n, n_cells] = deal(fc.n_atoms, fc.n_cells);
    [content.crystal, crystal_members] = euphonic.internal.crystal_content(fc.crystal);
    members = {'crystal', crystal_members, []
               'sc_matrix', content.sc_matrix, [3 3]
               'n_cells_in_sc', n_cells, []
               'cell_origins', content.cell_origins, [n_cells 3]
               'force_constants', content.force_constants, [n_cells, 3 * n, 3 * n]
               'force_constants_unit', content.force_constants_unit, []};
    if fc.polar
        content.born = fc.born;
        content.born_unit = 'elementary_charge';
        content.dielectric = fc.dielectric;
        content.dielectric_unit = 'elementary_charge ** 2 / bohr / hartree';
        members = [members
                   {'born', content.born, [n 3 3]
                    'born_unit', content.born_unit, []
                    'dielectric', content.dielectric, [3 3]
                    'dielectric_unit', content.dielectric_unit, []}];
    end
    members = [members; euphonic.internal.json_class('ForceConstants')];
end
