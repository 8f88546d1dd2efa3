% EUPHONIC   Phonons and neutron scattering intensities from force constants.
% Version 0.1.0
%
% Force constants and models
%   ForceConstants         - Force constants of a crystal, read from a file or made from a struct.
%   CoherentCrystal        - Coherent one-phonon scattering of a single crystal, for Horace and for itself.
%   QpointPhononModes      - Frequencies and eigenvectors at a list of q-points.
%   BrilleInterpolator     - Force constants in the place of an interpolator, for scripts that make one.
%
% q-points, units, spectra, pictures
%   mp_grid                - Points of a Monkhorst-Pack grid.
%   q_path                 - Straight lines of q-points between corners.
%   ureg                   - A unit, to make quantities with.
%   dos                    - Density of states, also partial and weighted with neutrons' cross-sections.
%   map                    - S(Q,w) in bins of energy along a path through reciprocal space.
%   powder                 - Powder average of S(Q,w), with the error that its sampling has.
%   plot_dispersion        - Phonon frequencies along a path.
%   plot_sqw               - A map of S(Q,w) along a path, with a colour bar.
%
% The daemon that calculates
%   start                  - Make sure that the calculation daemon is there.
%   stop                   - End the calculation daemon.
%   restart                - End the calculation daemon and start it again.
%   status                 - State of the calculation daemon.
%
% Installation and help
%   setup                  - Check the installation, complete it where possible, and say what was found.
%   build                  - Compile the package's MEX function for this MATLAB or Octave.
%   help                   - Help on a name of this package.
%   doc                    - Help on a name of this package in the help browser.
%   install_python_modules - Says that no Python modules are needed.
