function spectrum = dos(model, varargin)
    %DOS   Density of states, also partial and weighted with neutrons' cross-sections.
    %   S = EUPHONIC.DOS(MODEL, ...): MODEL is a EUPHONIC.COHERENTCRYSTAL or a EUPHONIC.FORCECONSTANTS. Name-value
    %   pairs, named as on the command line; energies in meV:
    %
    %       grid               [n n n]: Monkhorst-Pack grid of q-points
    %       grid_spacing       or the largest distance between them, 1/angstrom (0.1)
    %       e_min, e_max       range of the bins (that of all modes)
    %       ebins              number of bins (200)
    %       energy_broadening  FWHM of a Gaussian, or ascending coefficients of its polynomial in energy; also: eb
    %       adaptive           true: widths by the modes' gradients (false)
    %       adaptive_scale     times which (1)
    %       weighting          'dos', 'coherent-dos', 'incoherent-dos', 'coherent-plus-incoherent-dos', or
    %                          'neutron-weighted', which has a Debye-Waller factor; also: w
    %       q_mean             |Q| of this factor, 1/angstrom, at the model's temperature, with the model's Debye-Waller
    %                          tensors or grid or those of grid; in every weighting but 'dos'
    %       pdos               true, or one or a cell of several atom types: beside the total a row for each (false)
    %       pdos_by            'species'; 'atom': a row for each atom of these, or of all; 'direction': one for each
    %                          Cartesian direction that a species moves in, in the axes of the force constants' file
    %
    %   S is a struct with energy (1 x ebins, centres of the bins), energy_edges, data (a row for each of labels), unit,
    %   labels, area (modes per atom that the bins hold, of 3), provenance, kernel_seconds. At a zone centre there is no
    %   LO-TO splitting. The numbers are those of euphonicd dos.
    %
    %   Example
    %       s = euphonic.dos(model, 'grid', [30 30 30], 'eb', 1.5, 'pdos', true);
    %       plot(s.energy, s.data); legend(s.labels{:});
    %
    %   See also EUPHONIC.POWDER, EUPHONIC.MAP.
    caller = 'dos';
    if nargin < 1
        euphonic.internal.fail(caller, 'invalid_argument', 'Expected a CoherentCrystal or force constants.');
    end
    names = {'grid', 'grid_spacing', 'e_min', 'e_max', 'ebins', 'energy_broadening', 'adaptive', 'adaptive_scale', ...
             'weighting', 'q_mean', 'pdos', 'pdos_by'};
    [found, arrays] = euphonic.internal.spectrum.ask(caller, 'spectrum.dos', model, varargin, names, false);
    spectrum = euphonic.internal.spectrum.result(found, arrays);
    [spectrum.energy, spectrum.energy_edges] = euphonic.internal.spectrum.centres(arrays.x);
    lines = [found.lines{:}];
    spectrum.labels = {lines.label};
    if isscalar(lines)
        spectrum.labels = {'Total'};
    end
    spectrum.area = found.provenance.area_per_atom;
end
